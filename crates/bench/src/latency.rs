//! `latency`: keystrokes from one app to another, in two processes over loopback TCP.
//!
//! Every edit goes the whole way: pushed as a window pushes it, checked by the gate, signed, on disk at its author,
//! sent over an encrypted stream, verified, checked again, delivered to the other window, on disk there. In every
//! round the same two processes then do what a program without any of that would: exchange as many bytes over a
//! plain TCP connection, and write as many to a file and sync it.

use std::path::PathBuf;

use crate::config::{ROUNDS, WARM_UP_EDITS};
use crate::error::BenchError;
use crate::floor::edit_bytes;
use crate::measure::{Ratio, Spread, load_average};
use crate::report::{Latency, Ratios, print};
use crate::talk::{Device, Echoed, Hash, Heard, Order, Place, Ready, Synced, Typed};

/// Options of a latency run.
#[derive(clap::Args)]
pub struct Args {
    /// Keystrokes in all
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    edits: u32,
    /// Rest between two keystrokes, in milliseconds
    #[arg(long, default_value_t = 5)]
    pace_ms: u64,
    /// Rounds they are spread over; ratios are taken in each
    #[arg(long, default_value_t = ROUNDS as u32, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Folder for the temporary profiles: its disk is the one measured
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Times of one round, in nanoseconds.
#[derive(Default)]
struct Round {
    applied: Vec<u64>,
    durable: Vec<u64>,
    acked: Vec<u64>,
    one_way: Vec<u64>,
    round_trip: Vec<u64>,
    synced: Vec<u64>,
}

/// Runs it and prints the figures.
pub fn run(args: &Args) -> Result<(), BenchError> {
    let load_before = load_average();
    let home = match &args.dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let mut pair = Pair::start(&home, args.pace_ms)?;
    let edits = args.edits.div_ceil(args.rounds) as usize;
    let (_, update_bytes) = pair.keys(edits.min(WARM_UP_EDITS))?;
    let bytes = edit_bytes(update_bytes)?;
    let mut rounds = Vec::new();
    for _ in 0..args.rounds {
        rounds.push(pair.round(edits, bytes)?);
    }
    pair.end()?;
    let ratios = ratios(&rounds);
    let all = |times: fn(&Round) -> &Vec<u64>| {
        Spread::of(rounds.iter().flat_map(|r| times(r).clone()).collect())
    };
    let report = Latency {
        edits: edits * rounds.len(),
        rounds: rounds.len(),
        pace_ms: args.pace_ms,
        edit_bytes: bytes,
        applied: all(|r| &r.applied),
        durable: all(|r| &r.durable),
        acked: all(|r| &r.acked),
        tcp_one_way: all(|r| &r.one_way),
        tcp_round_trip: all(|r| &r.round_trip),
        fdatasync: all(|r| &r.synced),
        ratios,
        load_before,
        load_after: load_average(),
        cores: std::thread::available_parallelism().map_or(0, usize::from),
    };
    print(&report, args.json)
}

/// Ratios of medians, round by round.
fn ratios(rounds: &[Round]) -> Ratios {
    let p50 = |times: &Vec<u64>| Spread::of(times.clone()).p50;
    let over = |a: fn(&Round) -> &Vec<u64>, b: fn(&Round) -> &Vec<u64>| {
        let each = rounds.iter().map(|r| p50(a(r)) / p50(b(r)).max(0.001));
        Ratio::of(each.collect())
    };
    let beyond = rounds
        .iter()
        .map(|r| (p50(&r.durable) - p50(&r.applied)) / p50(&r.synced).max(0.001));
    Ratios {
        applied_to_tcp: over(|r| &r.applied, |r| &r.one_way),
        durable_to_tcp: over(|r| &r.durable, |r| &r.one_way),
        acked_to_fdatasync: over(|r| &r.acked, |r| &r.synced),
        durable_beyond_applied_to_fdatasync: Ratio::of(beyond.collect()),
    }
}

/// The two measured devices, joined.
struct Pair {
    writer: Device,
    reader: Device,
    /// Where the reader echoes.
    echo: String,
    pace_ms: u64,
}

impl Pair {
    fn start(home: &tempfile::TempDir, pace_ms: u64) -> Result<Self, BenchError> {
        let mut writer = Device::start("write", &home.path().join("writer"))?;
        let mut reader = Device::start("read", &home.path().join("reader"))?;
        let place: Place = writer.answer(0)?;
        reader.tell(&place)?;
        let ready: Ready = reader.answer(0)?;
        Ok(Self {
            writer,
            reader,
            echo: ready.echo,
            pace_ms,
        })
    }

    /// Keystrokes; returns their times and the size of an update.
    fn keys(&mut self, edits: usize) -> Result<(Round, usize), BenchError> {
        let (pace_ms, longer) = (self.pace_ms, self.longer(edits));
        self.reader.tell(&Order::Hear { edits })?;
        self.writer.tell(&Order::Type { edits, pace_ms })?;
        let typed: Typed = self.writer.answer(longer)?;
        let heard: Heard = self.reader.answer(longer)?;
        let counts = [
            typed.pushed.len(),
            typed.acked.len(),
            heard.applied.len(),
            heard.durable.len(),
        ];
        if counts.iter().any(|count| *count != edits) {
            return Err(BenchError::Wrong(format!(
                "of {edits} edits these were pushed, acknowledged, applied and durable: {counts:?}"
            )));
        }
        let since = |stamps: &[u64]| since(&typed.pushed, stamps);
        let round = Round {
            applied: since(&heard.applied),
            durable: since(&heard.durable),
            acked: since(&typed.acked),
            ..Round::default()
        };
        Ok((round, typed.update_bytes))
    }

    /// Everything once.
    fn round(&mut self, edits: usize, bytes: usize) -> Result<Round, BenchError> {
        let (mut round, _) = self.keys(edits)?;
        let (pace_ms, longer) = (self.pace_ms, self.longer(edits));
        let (times, address) = (edits, self.echo.clone());
        self.writer.tell(&Order::Echo {
            address,
            times,
            bytes,
            pace_ms,
        })?;
        let echoed: Echoed = self.writer.answer(longer)?;
        (round.one_way, round.round_trip) = (echoed.one_way, echoed.round_trip);
        self.writer.tell(&Order::Sync {
            times,
            bytes,
            pace_ms,
        })?;
        let synced: Synced = self.writer.answer(longer)?;
        round.synced = synced.took;
        Ok(round)
    }

    /// How long that many edits take by their pace alone, with room for a busy machine.
    fn longer(&self, edits: usize) -> u64 {
        (self.pace_ms + 20) * edits as u64
    }

    /// Both show the same note, and end.
    fn end(mut self) -> Result<(), BenchError> {
        self.writer.tell(&Order::Hash)?;
        self.reader.tell(&Order::Hash)?;
        let (ours, theirs): (Hash, Hash) = (self.writer.answer(0)?, self.reader.answer(0)?);
        if ours != theirs {
            return Err(BenchError::Wrong("the devices show different notes".into()));
        }
        self.reader.end()?;
        self.writer.end()
    }
}

fn since(begun: &[u64], ended: &[u64]) -> Vec<u64> {
    let pairs = begun.iter().zip(ended);
    pairs.map(|(a, b)| b.saturating_sub(*a)).collect()
}
