//! Whole nets on real loopback sockets.

mod admission;
mod dialling;
mod gossip;
mod offline;
mod streams;
mod support;
