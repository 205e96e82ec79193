//! The power goes at every write: what was acknowledged is there, and the database opens.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skein_space::{Log, SpaceId};
use skein_store::{NoteRow, Op, Store};

use crate::support::authors::{append, append_refused, note, space};
use crate::support::disk::{SECTOR, Step, apply};
use crate::support::{Author, Disk, verify};

/// Batches with everything in them, and what must be held after each.
struct Story {
    space: SpaceId,
    batches: Vec<Vec<Op>>,
    /// (device's notes tip, roster tip) after so many batches.
    tips: Vec<(u64, u64)>,
}

impl Story {
    fn tell(seed: u64, batches: usize) -> (Self, Author) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ana = Author::new(1, space(9));
        let mut story = Story {
            space: ana.space,
            batches: vec![],
            tips: vec![(0, 0)],
        };
        let first = vec![ana.space_op(), append(&ana.member(b"found"))];
        story.push(first, &ana, 1);
        let mut members = 1;
        let mut sessions = vec![];
        for _ in 1..batches {
            let batch = story.batch(&mut ana, &mut rng, &mut sessions, &mut members);
            story.push(batch, &ana, members);
        }
        (story, ana)
    }

    fn push(&mut self, mut batch: Vec<Op>, ana: &Author, members: u64) {
        let number = self.batches.len() as u64 + 1;
        batch.push(Op::Local(
            "batch".into(),
            Some(number.to_le_bytes().to_vec()),
        ));
        self.batches.push(batch);
        self.tips.push((ana.notes_seq(), members));
    }

    fn batch(
        &self,
        ana: &mut Author,
        rng: &mut ChaCha8Rng,
        sessions: &mut Vec<(u8, u64)>,
        members: &mut u64,
    ) -> Vec<Op> {
        let mut batch = vec![];
        if sessions.is_empty() || rng.random_bool(0.1) {
            let n = rng.random_range(1..6);
            let session = ana.session(note(n));
            sessions.push((n, session.header().seq));
            batch.push(append(&session));
        }
        let (n, session) = sessions[rng.random_range(0..sessions.len())];
        let len = *[0, 30, 500, 3_000, 20_000]
            .get(rng.random_range(0..5))
            .unwrap_or(&0);
        let mut payload = vec![0; len];
        rng.fill_bytes(&mut payload);
        let edit = ana.edit(note(n), session, &payload);
        if rng.random_bool(0.1) {
            batch.push(append_refused(&edit, "too deep"));
        } else {
            batch.push(append(&edit));
        }
        if rng.random_bool(0.1) {
            batch.push(append(&ana.member(b"set role")));
            *members += 1;
        }
        if rng.random_bool(0.1) {
            let mut state = vec![0; rng.random_range(0..150_000)];
            rng.fill_bytes(&mut state);
            batch.push(Op::Snapshot {
                space: self.space,
                note: note(n),
                state,
                covers: vec![(edit.chain_id(), session, edit.header().seq)],
                frontier: vec![edit.reference()],
            });
        }
        let row = NoteRow {
            title: format!("note {n}"),
            frontier: vec![edit.reference()],
            ..NoteRow::default()
        };
        batch.push(Op::NoteRow(self.space, note(n), row));
        batch
    }
}

/// Commits the story in groups of one to four batches, tracing every write.
fn write_down(story: &Story, seed: u64) -> Vec<Step> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 1);
    let disk = Disk::default().traced();
    let mut store = Store::create_with_backend(disk.clone()).expect("an empty disk");
    let mut at = 0;
    while at < story.batches.len() {
        let end = (at + rng.random_range(1..5)).min(story.batches.len());
        let results = store.commit(&story.batches[at..end]).expect("a good disk");
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        at = end;
        disk.note_acked(at);
    }
    drop(store);
    disk.take_trace()
}

/// What a power cut leaves of the steps since the last sync.
#[derive(Clone, Copy, Debug)]
enum Left {
    /// None of them.
    Nothing,
    /// Each sector of each on its own, by chance.
    Some,
    /// All of them, the last one half.
    All,
}

fn image(durable: &[u8], pending: &[Step], left: Left, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut image = durable.to_vec();
    let chance = [0.1, 0.5, 0.9][rng.random_range(0..3)];
    for (n, step) in pending.iter().enumerate() {
        let last = n + 1 == pending.len();
        match (left, step) {
            (Left::Nothing, _) => {}
            (Left::All, step) if !last => apply(&mut image, step),
            (Left::All, Step::Write { at, data }) => {
                let half = data.len() / SECTOR / 2 * SECTOR;
                let data = data[..half].to_vec();
                apply(&mut image, &Step::Write { at: *at, data });
            }
            (Left::Some, Step::Write { at, data }) => {
                sectors(&mut image, *at, data, &mut |_| rng.random_bool(chance));
            }
            (Left::Some, step) if rng.random_bool(chance) => apply(&mut image, step),
            _ => {}
        }
    }
    image
}

/// Writes some sectors of a write; those beyond the end of the file are lost with its length.
fn sectors(image: &mut [u8], at: usize, data: &[u8], keep: &mut impl FnMut(usize) -> bool) {
    let mut from = 0;
    while from < data.len() {
        let end = ((at + from) / SECTOR * SECTOR + SECTOR - at).min(data.len());
        if keep(from) && at + end <= image.len() {
            image[at + from..at + end].copy_from_slice(&data[from..end]);
        }
        from = end;
    }
}

/// Calls `each` for every crash point of a trace: after each step, each of three ways.
fn crashes(trace: &[Step], seed: u64, mut each: impl FnMut(usize, Vec<u8>, usize)) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 2);
    let (mut durable, mut pending) = (Vec::new(), Vec::new());
    let (mut acked, mut points) = (0, 0);
    for step in trace {
        match step {
            Step::Acked(batches) => {
                acked = *batches;
                continue;
            }
            Step::Sync => {
                for step in pending.drain(..) {
                    apply(&mut durable, &step);
                }
            }
            step => pending.push(step.clone()),
        }
        for left in [Left::Nothing, Left::Some, Left::All] {
            let image = image(&durable, &pending, left, &mut rng);
            each(points, image, acked);
            points += 1;
        }
    }
    points
}

/// Opens what a crash left and holds it against the story: so many batches, whole and in order.
fn check(story: &Story, ana: &Author, disk: Disk, acked: usize, thorough: bool) -> (Store, usize) {
    let store = Store::create_with_backend(disk).expect("what a crash leaves always opens");
    let reader = store.reader();
    let held = reader.local("batch").expect("reads").map_or(0, |bytes| {
        u64::from_le_bytes(bytes.try_into().expect("eight bytes")) as usize
    });
    assert!(
        held >= acked,
        "{acked} batches were acknowledged, {held} are held"
    );
    let loaded = store.load().expect("reads");
    let tip = |log| {
        let chain = ana.chain(log);
        let row = loaded.chains.iter().find(|row| row.chain == chain);
        row.map_or(0, |row| row.tip_seq)
    };
    let (notes, roster) = story.tips[held];
    assert_eq!((tip(Log::Notes), tip(Log::Roster)), (notes, roster));
    assert_eq!(loaded.roster.len() as u64, roster);
    assert!(loaded.damaged.is_empty());
    if thorough {
        let report = verify(&reader);
        assert_eq!(report.problems, Vec::<String>::new());
        assert_eq!(report.entries, notes + roster);
    }
    (store, held)
}

/// Thousands of power cuts, torn at 512 bytes, three ways each; every one opens, has all that was
/// acknowledged, no half batch, and takes the rest of the story.
#[test]
fn acknowledged_batches_survive_a_crash_at_every_write() {
    let stories = stories();
    let mut total = 0;
    for seed in 0..stories {
        let (story, ana) = Story::tell(seed, 40);
        let trace = write_down(&story, seed);
        total += crashes(&trace, seed, |point, bytes, acked| {
            let disk = Disk::holding(bytes);
            let (mut store, held) = check(&story, &ana, disk, acked, point % 23 == 0);
            if point % 7 == 0 {
                let rest = store.commit(&story.batches[held..]).expect("a good disk");
                assert!(rest.iter().all(Result::is_ok), "{rest:?}");
            }
        });
    }
    println!("{total} crash images of {stories} stories");
    assert!(total as u64 > 1_000 * stories, "only {total} crash points");
}

/// How many stories are told: three, or what `SKEIN_CRASH_STORIES` says.
fn stories() -> u64 {
    let said = std::env::var("SKEIN_CRASH_STORIES").ok();
    said.map_or(3, |said| said.parse().expect("a number of stories"))
}

/// A second power cut while the database opens after the first, and in the commit after it.
#[test]
fn a_crash_during_recovery_loses_nothing() {
    let seed = 77;
    let (story, ana) = Story::tell(seed, 30);
    let trace = write_down(&story, seed);
    let mut images = vec![];
    crashes(&trace, seed, |point, bytes, acked| {
        if point % 37 == 0 {
            images.push((bytes, acked));
        }
    });
    let mut total = 0;
    for (bytes, acked) in images {
        let disk = Disk::holding(bytes.clone()).traced();
        let (mut store, held) = check(&story, &ana, disk.clone(), acked, false);
        let next = (held + 1).min(story.batches.len());
        store
            .commit(&story.batches[held..next])
            .expect("a good disk");
        disk.note_acked(next);
        drop(store);
        let mut second = vec![
            Step::Write { at: 0, data: bytes },
            Step::Sync,
            Step::Acked(acked),
        ];
        second.extend(disk.take_trace());
        total += crashes(&second, seed, |point, bytes, acked| {
            // The first two steps only lay out the disk as it was.
            if point >= 6 {
                check(&story, &ana, Disk::holding(bytes), acked, point % 29 == 0);
            }
        });
    }
    assert!(total > 500, "only {total} crash points");
}
