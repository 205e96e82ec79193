//! Everything about who may write, as one program: `cast` plays the devices, `exchange` a pairing; `history` and
//! `oracle` are the roster's rules written a second time, the slow and plain way.

mod admission;
mod bytes;
mod cast;
mod ceremony;
mod entries;
mod exchange;
mod golden;
mod history;
mod keys;
mod layout;
mod oracle;
mod own_device;
mod pairing;
mod roster_model;
mod roster_random;
mod roster_rules;
mod roster_views;
mod ticket;
