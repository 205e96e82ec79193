//! The store from outside: what it promises, on good disks and bad ones.

mod support;

mod crash;
mod faults;
mod log;
mod open;
mod rows;
mod snapshots;
mod thread;
mod verify;
