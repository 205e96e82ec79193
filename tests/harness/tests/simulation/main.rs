//! Schedules by the hundred, and the stories that have names.

mod schedules;
mod stories;
