//! The one test binary: a file per topic. Answers are checked from outside, through the built program.

mod answer;
mod captured;
mod case;
mod cases;
mod formats;
mod house;
mod practice;
mod source;
mod synth;
mod threads;
