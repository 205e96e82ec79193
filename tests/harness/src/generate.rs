//! Plans from seeds. Each plan takes a few kinds of faults only (a swarm): with all of them at once everything
//! is down most of the time, and little is tried.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skein_space::Role;

use crate::disk::Left;
use crate::plan::{Act, Expected, LIES, Lie, Op, Part, Plan, Timed, World};

/// Years of clock skew, ms.
const YEARS_MS: i64 = 5 * 365 * 24 * 3600 * 1000;

/// Every so many seeds play with nine to twelve devices.
const BIG_ROOM: u64 = 20;

/// Kinds of faults a plan may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Partitions,
    OneWay,
    Flapping,
    Slow,
    Breaks,
    Kills,
    Power,
    Errors,
    Full,
    FalseSync,
    Flips,
    Rollback,
    Clones,
    Clocks,
    Lies,
    Windows,
}

const FAMILIES: [Family; 16] = [
    Family::Partitions,
    Family::OneWay,
    Family::Flapping,
    Family::Slow,
    Family::Breaks,
    Family::Kills,
    Family::Power,
    Family::Errors,
    Family::Full,
    Family::FalseSync,
    Family::Flips,
    Family::Rollback,
    Family::Clones,
    Family::Clocks,
    Family::Lies,
    Family::Windows,
];

/// The plan of a seed.
pub fn plan(seed: u64, expected: Expected) -> Plan {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let families: Vec<Family> = FAMILIES
        .choose_multiple(&mut rng, [2, 3, 4, 6][seed as usize % 4])
        .copied()
        .collect();
    let has = |family| families.contains(&family);
    let world = world(
        &mut rng,
        expected,
        has(Family::Lies) && !expected.races,
        has(Family::Clocks),
        room(seed),
    );
    let length_ms = *[5_000, 10_000, 20_000, 40_000]
        .choose(&mut rng)
        .expect("four");
    let mut ops = Vec::new();
    let at = |rng: &mut ChaCha8Rng| rng.random_range(0..length_ms);
    for _ in 0..rng.random_range(8..40) {
        let op = person(&mut rng, &world);
        ops.push(Timed {
            at_ms: at(&mut rng),
            op,
        });
    }
    storm(&mut rng, &world, length_ms, &mut ops);
    for late in &world.late {
        let at_ms = at(&mut rng);
        let op = Op::Join(*late);
        ops.push(Timed { at_ms, op });
    }
    for family in &families {
        for _ in 0..rng.random_range(1..5) {
            for op in faults(&mut rng, &world, *family) {
                let at_ms = at(&mut rng);
                ops.push(Timed { at_ms, op });
            }
        }
    }
    if expected.races {
        races(&mut rng, &world, length_ms, &mut ops);
    }
    ops.sort_by_key(|timed| timed.at_ms);
    Plan { seed, world, ops }
}

/// Owners at odds. Mostly there is a second one from early on, or nothing could happen at once.
fn races(rng: &mut ChaCha8Rng, world: &World, length_ms: u64, ops: &mut Vec<Timed>) {
    let any = |rng: &mut ChaCha8Rng| rng.random_range(0..world.parts.len());
    let mut put = |at_ms, op| ops.push(Timed { at_ms, op });
    for _ in 0..rng.random_range(0..3) {
        let (at_ms, to) = (rng.random_range(0..length_ms / 4), any(rng));
        let role = Some(Role::Owner);
        put(at_ms, Op::Role { by: 0, to, role });
    }
    for _ in 0..rng.random_range(1..6) {
        let (at_ms, by, to) = (rng.random_range(0..length_ms), any(rng), any(rng));
        let by = if rng.random_bool(0.5) { 0 } else { by };
        let role = match rng.random_range(0..10) {
            0..5 => None,
            5..7 => Some(Role::Viewer),
            7..9 => Some(Role::Editor),
            _ => Some(Role::Owner),
        };
        put(at_ms, Op::Role { by, to, role });
        if rng.random_bool(0.3) {
            // And the other way round, at the same moment.
            let (by, to) = (to, by);
            put(at_ms + rng.random_range(0..500), Op::Role { by, to, role });
        }
        if rng.random_bool(0.3) {
            put(at_ms + rng.random_range(0..length_ms), Op::Readmit(to));
        }
        if rng.random_bool(0.5) {
            let at_ms = at_ms + rng.random_range(0..length_ms);
            let (by, of) = (any(rng), to);
            put(at_ms, Op::TakeIn { by, of });
        }
    }
}

/// More devices than have streams to each other, now and then: such a schedule takes as long as ten others.
fn room(seed: u64) -> Option<usize> {
    let number = seed / BIG_ROOM;
    (seed % BIG_ROOM == BIG_ROOM / 2).then_some(9 + number as usize % 4)
}

fn world(
    rng: &mut ChaCha8Rng,
    expected: Expected,
    lies: bool,
    clocks: bool,
    room: Option<usize>,
) -> World {
    let count = *[2, 2, 3, 3, 3, 4, 4, 5, 6].choose(rng).expect("some");
    let count = room.unwrap_or(count);
    let mut parts = vec![Part::Founder];
    parts.extend((1..count).map(|_| match rng.random_range(0..8) {
        0 => Part::Viewer,
        _ => Part::Editor,
    }));
    if lies {
        parts.push(Part::Liar);
        if rng.random_bool(0.5) {
            parts.push(Part::LyingViewer);
        }
    }
    let late = if count > 2 && rng.random_bool(0.25) {
        vec![count - 1]
    } else {
        Vec::new()
    };
    let gossip = match rng.random_range(0..4) {
        0 => 0.0,
        1 => 0.5,
        _ => 1.0,
    };
    let slow = *[2, 20, 150].choose(rng).expect("three");
    let wall_off_ms = parts.iter().map(|_| {
        if clocks {
            rng.random_range(-YEARS_MS..YEARS_MS)
        } else {
            0
        }
    });
    let wall_off_ms = wall_off_ms.collect();
    World {
        late,
        notes: rng.random_range(1..4),
        gossip,
        twice: if rng.random_bool(0.5) { 0.2 } else { 0.0 },
        loss: *[0.0, 0.0, 0.1, 0.3, 0.5].choose(rng).expect("five"),
        delay_ms: (1, slow),
        commit_ms: *[2, 15, 300].choose(rng).expect("three"),
        wall_off_ms,
        parts,
        expected,
    }
}

/// A device that may write.
fn writer(rng: &mut ChaCha8Rng, world: &World) -> usize {
    let writers: Vec<usize> = (0..world.parts.len())
        .filter(|i| matches!(world.parts[*i], Part::Founder | Part::Editor))
        .collect();
    *writers.choose(rng).expect("the founder writes")
}

fn honest(rng: &mut ChaCha8Rng, world: &World) -> usize {
    let honest: Vec<usize> = (0..world.parts.len())
        .filter(|i| world.parts[*i].is_honest())
        .collect();
    *honest.choose(rng).expect("the founder is honest")
}

fn person(rng: &mut ChaCha8Rng, world: &World) -> Op {
    let act = match rng.random_range(0..20) {
        0..10 => Act::Type(rng.random_range(1..9)),
        10..13 => Act::Erase(rng.random_range(1..6)),
        13 => Act::Split,
        14 => Act::Join,
        15 => Act::Title,
        16 => Act::Undo,
        17 => Act::Unknown,
        18 => *[Act::Close, Act::Reload].choose(rng).expect("two"),
        _ if rng.random_bool(0.1) => {
            let most = if world.expected.big_pastes {
                1_024
            } else {
                900
            };
            // A mebibyte takes the time of a hundred other schedules: in one of twelve pastes.
            let kib = [8, 8, 8, 8, 8, 8, 64, 64, 64, 300, 300, most];
            Act::Paste(*kib.choose(rng).expect("twelve"))
        }
        _ => Act::Type(3),
    };
    Op::Person {
        who: writer(rng, world),
        window: u8::from(rng.random_bool(0.1)),
        note: rng.random_range(0..world.notes),
        act,
        pick: rng.random(),
    }
}

/// Several people in one paragraph within a second, one of them changing the structure.
fn storm(rng: &mut ChaCha8Rng, world: &World, length_ms: u64, ops: &mut Vec<Timed>) {
    if rng.random_bool(0.5) {
        return;
    }
    let begin = rng.random_range(0..length_ms);
    let note = rng.random_range(0..world.notes);
    for _ in 0..rng.random_range(10..40) {
        let act = match rng.random_range(0..10) {
            0 => Act::Split,
            1 => Act::Join,
            2 | 3 => Act::Erase(2),
            _ => Act::Type(1),
        };
        let op = Op::Person {
            who: writer(rng, world),
            window: 0,
            note,
            act,
            pick: rng.random_range(0..20),
        };
        let at_ms = begin + rng.random_range(0..1_500);
        ops.push(Timed { at_ms, op });
    }
}

fn faults(rng: &mut ChaCha8Rng, world: &World, family: Family) -> Vec<Op> {
    let (a, b) = (honest(rng, world), rng.random_range(0..world.parts.len()));
    let other = if a == b {
        (b + 1) % world.parts.len()
    } else {
        b
    };
    let for_ms = *[300, 3_000, 15_000].choose(rng).expect("three");
    let down_ms = *[10, 1_000, 12_000].choose(rng).expect("three");
    match family {
        Family::Partitions if rng.random_bool(0.4) => vec![Op::Alone(a, for_ms)],
        Family::Partitions => vec![Op::Cut(a, other, for_ms)],
        Family::OneWay if rng.random() => vec![Op::OneWay(a, other, for_ms)],
        Family::OneWay => vec![Op::OneWay(other, a, for_ms)],
        Family::Flapping => vec![Op::Flap(a, other, rng.random_range(2..8))],
        Family::Slow => vec![Op::Slow(a, for_ms)],
        Family::Breaks => vec![Op::Break(a, other), Op::Break(a, other)],
        Family::Kills => vec![Op::Kill(a, down_ms)],
        Family::Power => vec![Op::Power {
            who: a,
            changes: rng.random_range(0..60),
            left: *[Left::Nothing, Left::Torn, Left::Torn, Left::Everything]
                .choose(rng)
                .expect("four"),
            down_ms,
            again: rng.random_bool(0.4).then(|| rng.random_range(0..8)),
        }],
        Family::Errors => vec![Op::Errors {
            who: a,
            calls: rng.random_range(0..80),
            many: *[1, 3, 40].choose(rng).expect("three"),
            reads: rng.random(),
        }],
        Family::Full => match rng.random_range(0..6) {
            5 => vec![Op::Low(a, for_ms)],
            blocks => vec![Op::Full(a, blocks, for_ms)],
        },
        Family::FalseSync => vec![Op::FalseSync(a, rng.random_range(1..8))],
        Family::Flips => vec![Op::Flip(a, rng.random())],
        Family::Rollback => vec![Op::Save(a), Op::Restore(a, down_ms)],
        // Of two with one identity each needs somebody else to hear of the other, and all may be out.
        Family::Lies | Family::Clones if world.expected.races => Vec::new(),
        Family::Clones if world.expected.forks => vec![Op::Clone(a)],
        Family::Clones => vec![Op::Save(a), Op::Restore(a, down_ms)],
        Family::Clocks => vec![Op::Wall(a, rng.random_range(-YEARS_MS..1_000))],
        Family::Lies => (0..3)
            .map(|_| {
                let may = |lie: &&Lie| match lie {
                    Lie::Fork => world.expected.forks,
                    Lie::SameNonce => world.expected.rivals,
                    _ => true,
                };
                let lies: Vec<&Lie> = LIES.iter().filter(may).collect();
                Op::Lie(**lies.choose(rng).expect("most of them"), rng.random())
            })
            .collect(),
        Family::Windows => vec![Op::LosePush(a), Op::LosePush(a)],
    }
}
