//! The rules of SPEC.md, each by name, on real engines over a fake wire and disk.

mod holding;
mod presence;
mod receipts;
mod sessions;
mod telling;

use crate::cluster::Cluster;
use skein_space::{Role, SpaceId};

/// Two members that are connected.
fn two() -> (Cluster, SpaceId) {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    (c, space)
}
