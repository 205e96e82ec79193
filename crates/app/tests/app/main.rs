//! The app as shells see it: real threads, a real database, real sockets on loopback.

mod alone;
mod control;
mod copies;
mod joining;
mod leaving;
mod removal;
mod support;
mod trouble;
mod windows;
