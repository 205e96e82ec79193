//! One schedule from its beginning to its end, twice, and what it showed.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use skein_sync::Input;

use crate::cluster::{Cluster, Failure};
use crate::config::{HEAL_MS, LOOK_MS};
use crate::event::Happening;
use crate::generate;
use crate::plan::{Expected, Plan};

/// What a schedule showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The first promise that was broken.
    pub failure: Option<Failure>,
    /// Faults that had an effect, by kind.
    pub fired: BTreeMap<&'static str, u64>,
    /// Acknowledgements of pushes.
    pub acks: u64,
    /// Edits that only a disk put back had.
    pub excused: u64,
    /// Drafts.
    pub drafts: u64,
    /// How long everybody needed to agree after healing, virtual ms.
    pub agreed_ms: u64,
    /// The hash of the trace, until everybody agreed.
    pub trace: [u8; 32],
    /// Lines in it.
    pub lines: u64,
    /// Its last lines, when a promise was broken.
    pub tail: String,
}

/// Runs a plan once and looks at everything.
pub fn once(plan: &Plan, aloud: bool) -> Outcome {
    let mut cluster = Cluster::new(plan.clone());
    cluster.trace.aloud = aloud;
    play(cluster, Cluster::live)
}

fn play(mut cluster: Cluster, live: fn(&mut Cluster) -> u64) -> Outcome {
    let run = catch_unwind(AssertUnwindSafe(|| live(&mut cluster)));
    let agreed_ms = match run {
        Ok(agreed_ms) => agreed_ms,
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            cluster.fail("nothing panics", text.unwrap_or_default());
            0
        }
    };
    Outcome {
        fired: std::mem::take(&mut cluster.fired),
        acks: cluster.ledger.acks,
        excused: cluster.ledger.excused.len() as u64,
        drafts: cluster.ledger.drafts,
        agreed_ms,
        trace: cluster.agreed.unwrap_or_else(|| cluster.trace.hash()),
        lines: cluster.trace.lines(),
        tail: match cluster.failure {
            Some(_) => cluster.trace.tail(),
            None => String::new(),
        },
        failure: cluster.failure,
    }
}

/// Runs a plan twice: both runs must be the same, to the last line. What is looked at then is looked at once.
pub fn twice(plan: &Plan) -> Outcome {
    let first = once(plan, false);
    let second = play(Cluster::new(plan.clone()), Cluster::live_until_agreed);
    if first.trace == second.trace {
        return first;
    }
    let seen = format!("{:?} and {:?}", first.failure, second.failure);
    Outcome {
        failure: Some(Failure {
            promise: "two runs of a seed are the same",
            seen,
        }),
        ..first
    }
}

/// Runs the plan of a seed twice.
pub fn seed(seed: u64, expected: Expected) -> Outcome {
    twice(&generate::plan(seed, expected))
}

impl Cluster {
    /// The whole life of a schedule; how long healing took, virtual ms.
    pub fn live(&mut self) -> u64 {
        let agreed_ms = self.live_until_agreed();
        self.look_at_all();
        agreed_ms
    }

    /// Its life until all is mended and everybody agrees.
    fn live_until_agreed(&mut self) -> u64 {
        self.begin();
        let last_ms = self.plan.ops.last().map_or(0, |timed| timed.at_ms);
        self.run_for(last_ms + 1_000);
        let agreed_ms = self.heal();
        self.agreed = Some(self.trace.hash());
        agreed_ms
    }

    /// Everything is mended; then everything is looked at.
    pub fn heal_and_check(&mut self) -> u64 {
        let agreed_ms = self.heal();
        self.look_at_all();
        agreed_ms
    }

    fn look_at_all(&mut self) {
        if self.failure.is_none() {
            self.check_all();
        }
    }

    /// Faults end and everybody comes back; how long it took until all agreed, virtual ms.
    pub fn heal(&mut self) -> u64 {
        if self.failure.is_some() {
            return 0;
        }
        self.mend();
        let begin_ms = self.now_ms;
        let clones = self.devices.len() - self.plan.world.parts.len();
        let end_ms = begin_ms + HEAL_MS * (1 + clones as u64);
        let mut why = None;
        while self.now_ms < end_ms && self.failure.is_none() {
            self.invite_all();
            self.leaves_stranded = self.now_ms >= begin_ms + HEAL_MS / 2;
            if self.now_ms >= begin_ms + HEAL_MS / 4 {
                self.forget_what_nobody_knows();
            }
            self.run_for(LOOK_MS);
            why = self.disagreement();
            self.twins_rest = self.different_tips().is_none();
            if why.is_none() {
                return self.now_ms - begin_ms;
            }
        }
        if let Some(why) = why {
            self.fail("after healing all agree in time", why);
        }
        self.now_ms - begin_ms
    }

    fn mend(&mut self) {
        self.healing = true;
        self.future.forget_ops();
        self.net.blocked.clear();
        for device in 0..self.devices.len() {
            self.devices[device].disk.mend();
            self.devices[device].slow_until_ms = 0;
            self.devices[device].power_again = None;
            self.give(device, Input::DiskRoom { low: false });
            if !self.is_up(device) {
                let at_ms = self.now_ms + 10;
                self.future.plan(at_ms, Happening::Start(device));
            }
        }
    }

    fn invite_all(&mut self) {
        for device in 1..self.devices.len() {
            self.invite(device);
        }
        // A timer that is due and was never planned would be a fault of this harness.
        for device in 0..self.devices.len() {
            if self.is_up(device) {
                self.give(device, Input::Tick);
            }
        }
    }

    fn check_all(&mut self) {
        let inside = self.inside();
        let Some(one) = inside.get(self.plan.seed as usize % inside.len().max(1)) else {
            // Everybody removed somebody: each keeps what it has.
            return self.check_restart();
        };
        let one = *one;
        let checks: [fn(&mut Self, usize); 7] = [
            |cluster, _| cluster.check_words(),
            |cluster, _| cluster.check_lies(),
            |cluster, _| cluster.check_secrets(),
            Self::check_replay,
            Self::check_rows,
            Self::check_store,
            |cluster, _| cluster.check_restart(),
        ];
        for check in checks {
            if self.failure.is_none() {
                check(self, one);
            }
        }
    }
}
