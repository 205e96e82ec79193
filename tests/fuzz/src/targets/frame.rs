//! Sync frames: `kind ‖ body`, and Heads made of foreign lines and signed.

use std::collections::BTreeMap;

use skein_space::{ChainId, EntryHash, Log};
use skein_sync::config::{HEADS_CHAINS_MAX, HEADS_TIPS_MAX};
use skein_sync::frame::{Frame, kind};
use skein_sync::heads::{Heads, Line, Tip};

use super::{Target, golden_lines};
use crate::bounded::{accepted, bounded};
use crate::cast::{Values, chain, flip, signer, space};

/// Bytes of memory per byte read: a Heads line of 58 bytes becomes a row of a B-tree with a vector.
const FACTOR: u64 = 16;

pub const FRAME: Target = Target {
    name: "frame",
    run: frame,
    seeds: frames,
    words: &[],
};

pub const HEADS: Target = Target {
    name: "heads",
    run: heads,
    seeds: heads_seeds,
    words: &[],
};

fn frame(input: &[u8]) {
    let Some((&kind, body)) = input.split_first() else {
        return;
    };
    let Ok(frame) = bounded(body.len(), FACTOR, || Frame::decode(kind, body)) else {
        return;
    };
    if matches!(frame, Frame::Unknown(_)) {
        assert!(!(kind::HELLO..=kind::ADMISSION).contains(&kind));
        return;
    }
    accepted();
    let readable = match &frame {
        // A version that is no UTF-8 is shown with marks in its place, and never sent on.
        Frame::Hello(hello) => !hello.version.contains('\u{fffd}'),
        _ => true,
    };
    if readable {
        assert_eq!(
            frame.encode(),
            (kind, body.to_vec()),
            "written as it was read"
        );
    }
    if let Frame::Heads(heads) = &frame {
        assert!(heads.lines.len() <= HEADS_CHAINS_MAX);
    }
    let longer = [body, &[0]].concat();
    assert!(
        Frame::decode(kind, &longer).is_err(),
        "a byte more is refused"
    );
    if let Some((_, shorter)) = body.split_last() {
        assert!(
            Frame::decode(kind, shorter).is_err(),
            "a byte less is refused"
        );
    }
}

fn frames() -> Vec<Vec<u8>> {
    let text = include_str!("../../../data/golden/frames.txt");
    let kinds = text.lines().map(|line| {
        let kind = line.split(' ').nth(1).expect("name, kind, body");
        kind.parse::<u8>().expect("a number")
    });
    let mut seeds: Vec<Vec<u8>> = kinds
        .zip(golden_lines(text))
        .map(|(kind, body)| [vec![kind], body].concat())
        .collect();
    seeds.push(vec![kind::GOODBYE]);
    seeds
}

/// Lines from foreign bytes: `chain 16 ‖ log ‖ tips ‖ per tip seq u64, hash of one byte`.
fn lines(values: &mut Values<'_>) -> BTreeMap<ChainId, Line> {
    let mut lines = BTreeMap::new();
    while values.0.len() > 18 {
        let chain = ChainId(values.array());
        let log = if values.byte() & 1 == 0 {
            Log::Roster
        } else {
            Log::Notes
        };
        let count = 1 + usize::from(values.byte()) % (HEADS_TIPS_MAX + 1);
        let tip = |values: &mut Values<'_>| Tip {
            // Places are counted together: their sum has to be a number.
            seq: values.number() >> 16,
            hash: EntryHash([values.byte(); 32]),
        };
        let tips = (0..count).map(|_| tip(values)).collect();
        lines.insert(chain, Line { log, tips });
    }
    lines
}

fn heads(input: &[u8]) {
    let mut values = Values(input);
    let which = values.number();
    let lines = lines(&mut values);
    let fits = lines.values().all(|line| line.tips.len() <= HEADS_TIPS_MAX);
    let heads = Heads::sign(signer(), space(), chain(Log::Notes).incarnation, lines);
    let (kind, mut body) = Frame::Heads(heads.clone()).encode();
    match Frame::decode(kind, &body) {
        Ok(Frame::Heads(read)) => {
            assert!(fits, "more tips than a line may have");
            accepted();
            assert_eq!(read, heads);
            assert_eq!(read.verify(), Ok(()));
            assert_eq!(read.digest(), heads.digest());
        }
        other => assert!(!fits, "our own Heads came back as {other:?}"),
    }
    flip(&mut body, which);
    if let Ok(Frame::Heads(changed)) = Frame::decode(kind, &body) {
        assert!(
            changed.verify().is_err(),
            "a changed bit passed the signature"
        );
    }
}

fn heads_seeds() -> Vec<Vec<u8>> {
    let line = |chain: u8, tips: u8| {
        let mut line = vec![chain; 16];
        line.extend([chain, tips - 1]);
        (0..tips).for_each(|tip| line.extend([tip, 0, 0, chain, 0, 0, 0, 0, tip]));
        line
    };
    let which = [3, 1, 0, 0, 0, 0, 0, 0].to_vec();
    vec![
        which.clone(),
        [which.clone(), line(5, 1)].concat(),
        [which.clone(), line(5, 1), line(6, 4), line(7, 2)].concat(),
        [which, line(5, 5)].concat(),
    ]
}
