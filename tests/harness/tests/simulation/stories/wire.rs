//! What goes over the wire, and how much.

use skein_harness::plan::{Act, Op, World};
use skein_sync::frame::kind;

use super::{editors, ends_well, told, types};

#[test]
fn story_26_gossip_that_overtakes_the_stream_asks_for_nothing() {
    let mut cluster = told(World {
        gossip: 1.0,
        delay_ms: (1, 120),
        ..World::calm(&editors(7))
    });
    types(&mut cluster, 0, 2);
    cluster.run_for(3_000);
    cluster.frames.clear();
    for _ in 0..60 {
        cluster.act(0, 0, 0, Act::Type(1), 0);
        cluster.run_for(40);
    }
    let asked = cluster.frames.get(&kind::WANT).copied().unwrap_or(0);
    assert_eq!(asked, 0, "gaps close by themselves within 300 ms");
    ends_well(cluster);
}

/// 27, small: a ring, so that most hear of most only through others.
#[test]
fn story_27_a_ring_without_gossip_has_no_islands() {
    const RING: usize = 10;
    const LONG_MS: u64 = 1 << 40;
    let mut cluster = told(World::calm(&editors(RING - 1)));
    for a in 0..RING {
        for b in a + 1..RING {
            if b != a + 1 && (a, b) != (0, RING - 1) {
                cluster.perform(Op::Cut(a, b, LONG_MS));
            }
        }
    }
    types(&mut cluster, 0, 2);
    types(&mut cluster, RING / 2, 2);
    let agreed = cluster.run_while(60_000, |cluster| {
        let first = super::held(cluster, 0).len();
        first > 3 && (1..RING).all(|device| super::held(cluster, device).len() == first)
    });
    assert!(agreed, "everybody has it through others");
    ends_well(cluster);
}

#[test]
fn story_28_an_idle_hour_costs_little() {
    /// Bytes a device may say in an idle hour to each other one: a digest of 45 bytes every 8 seconds.
    const BUDGET: u64 = 45 * 3_600 / 8;
    let mut cluster = told(World::calm(&editors(5)));
    types(&mut cluster, 0, 2);
    cluster.act(0, 0, 0, Act::Close, 0);
    cluster.run_for(60_000);
    cluster.sent_bytes.clear();
    cluster.run_for(3_600_000);
    for (device, bytes) in &cluster.sent_bytes {
        assert!(*bytes <= 5 * BUDGET, "device {device} said {bytes} bytes");
    }
    assert_eq!(cluster.sent_bytes.len(), 6, "everybody says something");
    ends_well(cluster);
}
