//! Windows and their engine.

use skein_harness::plan::{Act, Op, World};

use super::{editors, ends_well, told, types};

#[test]
fn story_24_a_push_lost_or_sent_twice_is_sealed_once() {
    let mut cluster = told(World::calm(&editors(1)));
    types(&mut cluster, 0, 3);
    cluster.perform(Op::LosePush(0));
    for _ in 0..3 {
        cluster.act(0, 0, 0, Act::Type(2), 1);
    }
    cluster.run_for(6_000);
    assert!(cluster.fired.contains_key("push lost"), "one was lost");
    assert!(cluster.fired.contains_key("push resent"), "and asked for");
    ends_well(cluster);
}

#[test]
fn story_24_a_storage_error_seals_nothing_twice() {
    let mut cluster = told(World::calm(&editors(1)));
    types(&mut cluster, 0, 3);
    cluster.perform(Op::Errors {
        who: 0,
        calls: 2,
        many: 3,
        reads: false,
    });
    for _ in 0..5 {
        cluster.act(0, 0, 0, Act::Type(2), 1);
        cluster.run_for(20);
    }
    cluster.run_for(6_000);
    assert!(
        cluster.fired.contains_key("storage trouble"),
        "the disk failed"
    );
    ends_well(cluster);
}

#[test]
fn story_24_a_page_reloaded_in_mid_word_writes_on() {
    let mut cluster = told(World::calm(&editors(1)));
    types(&mut cluster, 0, 3);
    cluster.act(0, 0, 0, Act::Type(3), 1);
    cluster.act(0, 0, 0, Act::Reload, 0);
    cluster.run_for(100);
    cluster.act(0, 0, 0, Act::Type(3), 1);
    ends_well(cluster);
}

/// 25: the oracle looks at every dependency; here two people type at the same moment, again and again.
#[test]
fn story_25_what_a_window_had_not_seen_is_concurrent() {
    let mut cluster = told(World {
        delay_ms: (1, 40),
        ..World::calm(&editors(2))
    });
    types(&mut cluster, 0, 3);
    for who in 0..3 {
        cluster.window_on(who, 0, 0);
    }
    cluster.run_for(500);
    for round in 0..30 {
        for who in 0..3 {
            cluster.act(who, 0, 0, Act::Type(1), round);
        }
        cluster.run_for(7);
    }
    ends_well(cluster);
}

#[test]
fn a_paste_makes_a_snapshot_and_what_comes_after_it_stays() {
    let mut cluster = told(World::calm(&editors(1)));
    types(&mut cluster, 0, 3);
    cluster.act(0, 0, 0, Act::Paste(300), 2);
    cluster.run_for(1_000);
    cluster.act(0, 0, 0, Act::Type(3), 1);
    cluster.act(0, 0, 0, Act::Erase(2), 0);
    ends_well(cluster);
}
