//! The stories of `scenarios.md` that a simulator can show, by what they are about. A number in a test's name is the
//! story's.

mod disks;
mod forks;
mod rooms;
mod verdicts;
mod windows;
mod wire;

use skein_harness::cluster::Cluster;
use skein_harness::plan::{Act, Lie, Op, Part, Plan, World};
use skein_space::EntryHash;

/// A space in a calm world, everybody joined and connected.
pub fn told(world: World) -> Cluster {
    let ops = Vec::new();
    let mut cluster = Cluster::new(Plan {
        seed: 7,
        world,
        ops,
    });
    cluster.begin();
    cluster
}

/// Ana, who founds, and so many editors.
pub fn editors(many: usize) -> Vec<Part> {
    let mut parts = vec![Part::Editor; many];
    parts.insert(0, Part::Founder);
    parts
}

/// Somebody types into the note; the window is opened first.
pub fn types(cluster: &mut Cluster, who: usize, many: u64) {
    cluster.act(who, 0, 0, Act::Close, 0);
    let open = cluster.window_on(who, 0, 0);
    assert!(open.is_some(), "device {who} is there");
    cluster.run_for(100);
    // The first act in an empty note makes its first block.
    cluster.act(who, 0, 0, Act::Type(many), 0);
    cluster.act(who, 0, 0, Act::Type(many), 0);
    cluster.run_for(300);
}

/// A lie is told.
pub fn lies(cluster: &mut Cluster, lie: Lie) {
    cluster.perform(Op::Lie(lie, 0));
    cluster.run_for(3_000);
}

/// Everything is mended and looked at.
pub fn ends_well(mut cluster: Cluster) {
    cluster.heal_and_check();
    assert_eq!(cluster.failure, None, "{}", cluster.trace.tail());
}

/// The hashes of all entries of the note on a device.
pub fn held(cluster: &Cluster, device: usize) -> Vec<EntryHash> {
    let process = cluster.devices[device].process.as_ref().expect("it runs");
    let graph = process.held.reader().graph(cluster.space, cluster.notes[0]);
    let graph = graph.expect("a sound disk");
    graph.into_iter().map(|row| row.hash).collect()
}

/// What a device believes another one lacks of the note.
pub fn behind(cluster: &mut Cluster, device: usize, other: usize) -> Option<u64> {
    let key = cluster.devices[other].key;
    let (space, note) = (cluster.space, cluster.notes[0]);
    let process = cluster.devices[device].process.as_mut().expect("it runs");
    let status = process.engine.status(&process.held, space, note);
    let status = status.expect("a sound disk").expect("a member");
    let peer = status.peers.iter().find(|peer| peer.device == key);
    peer.expect("a member").behind
}
