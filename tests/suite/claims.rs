//! Statements held against the logs: every kind in its three outcomes, what missing evidence does, what a file of statements
//! must hold, and both roads over the same cases.

mod absent;
mod figures;
mod files;
mod happened;
mod moments;
mod output;
mod people;
mod roads;
mod town;
