//! The one test binary: a file per topic. Answers are checked from outside, through the built program.

// A test that meets what it does not expect must stop, and tables are shown with --nocapture.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::single_range_in_vec_init
)]

mod addresses;
mod advocates;
mod answer;
mod bounds;
mod captured;
mod captures;
mod case;
mod cases;
mod cause;
mod claims;
mod clerk;
mod contract;
mod coverage;
mod custody;
mod damage;
mod docs;
mod evidence;
mod excluded;
mod explain;
mod foreign;
mod formats;
mod hostile;
mod house;
mod html;
mod idle;
mod init;
mod inspect;
mod judged;
mod judged_again;
mod keep;
mod ladder;
mod learned;
mod licences;
mod newcomer;
mod offline;
mod pack;
mod practice;
mod regulator;
mod renders;
mod runs;
mod scenarios;
mod schools;
mod selftest;
mod separators;
mod shelf;
mod source;
mod stages;
mod strays;
mod synth;
mod systems;
mod templates;
mod terminal;
mod threads;
mod unlogged;
mod unscoped;
mod unseen;
mod vanished;
mod verify;
mod wrapped;
