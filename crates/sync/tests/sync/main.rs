//! The engine by rule of its SPEC, as one program: several engines over a fake wire and disk ([`cluster`]).

mod aside;
mod cluster;
mod flow;
mod forks;
mod golden;
mod guests;
mod leave;
mod membership;
mod near;
mod orders;
mod rebuild;
mod recovery;
mod removal;
mod rules;
mod summaries;
mod voices;
