//! A schedule: the world it plays in and what happens in it, made from one number.
//!
//! Everything that a run decides by chance comes from the seed too, so a plan with its seed is a run. Shrinking
//! takes operations out of a plan and keeps the seed.

use skein_space::Role;

use crate::disk::Left;

/// Parts of the promise that a run checks. What the engine cannot do yet is switched off here and on in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Two branches of one chain are both kept: members that sign two entries for one place, clones, and
    /// profiles put back that write before they have met anybody.
    pub forks: bool,
    /// Of two sessions with one client id both count, in whatever order they come.
    pub rivals: bool,
    /// A session that must end loses no push: each is sealed or a draft.
    pub resets: bool,
    /// A member that nobody else knows of any more shows its admission itself (`/skein/member/1`).
    pub admissions: bool,
    /// A paste of 1 MiB is split over entries.
    pub big_pastes: bool,
    /// Owners change who may do what while all else happens. Nobody lies then, and no profile runs twice.
    pub races: bool,
}

impl Expected {
    /// What holds today.
    pub const TODAY: Self = Self {
        forks: true,
        rivals: true,
        resets: true,
        admissions: true,
        big_pastes: true,
        races: false,
    };

    /// The same with races about who is a member.
    pub const RACES: Self = Self {
        races: true,
        ..Self::TODAY
    };

    /// Everything that is promised.
    pub const ALL: Self = Self {
        forks: true,
        rivals: true,
        resets: true,
        admissions: true,
        big_pastes: true,
        races: false,
    };
}

/// What a device is in a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Founds the space; an owner.
    Founder,
    /// Reads and writes.
    Editor,
    /// Only reads.
    Viewer,
    /// An editor who means no good. Its own engine is honest, it says more than that engine does.
    Liar,
    /// A viewer who means no good.
    LyingViewer,
}

impl Part {
    /// Whether what it holds and shows is promised anything.
    pub fn is_honest(self) -> bool {
        !matches!(self, Self::Liar | Self::LyingViewer)
    }
}

/// The world of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// One per device.
    pub parts: Vec<Part>,
    /// Devices that join in the middle, by [`Op::Join`].
    pub late: Vec<usize>,
    /// How many notes people write in.
    pub notes: usize,
    /// Part of gossip messages that arrive; 0 is gossip switched off.
    pub gossip: f64,
    /// Part of gossip messages that arrive twice.
    pub twice: f64,
    /// Part of packets lost: gossip is gone, streams are late.
    pub loss: f64,
    /// Delay of a packet, ms, from and to.
    pub delay_ms: (u64, u64),
    /// How long a commit takes, ms, at most.
    pub commit_ms: u64,
    /// How wrong each wall clock is, ms.
    pub wall_off_ms: Vec<i64>,
    /// What is promised.
    pub expected: Expected,
}

/// Something at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// After the beginning, ms.
    pub at_ms: u64,
    /// What.
    pub op: Op,
}

/// What a person does in a note; `pick` chooses a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Types some characters.
    Type(u64),
    /// Takes some characters away.
    Erase(u64),
    /// Splits a block.
    Split,
    /// Joins two blocks.
    Join,
    /// Writes another title.
    Title,
    /// Pastes so many KiB.
    Paste(u64),
    /// Puts back what was erased last, as undo does.
    Undo,
    /// Adds a block of a kind no version knows.
    Unknown,
    /// Closes the window.
    Close,
    /// Reloads the window in mid-word.
    Reload,
}

/// What a member says that it should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// An entry at the end of somebody else's chain, with a signature that is not theirs.
    ForgedSignature,
    /// An edit of a viewer.
    WrongRole,
    /// An entry of somebody who is no member.
    Stranger,
    /// An edit under another device's client id.
    WrongClient,
    /// An entry with places left out before it.
    WrongSeq,
    /// An entry whose `prev` is another entry.
    WrongPrev,
    /// Two entries for one place, one to each half of the others.
    Fork,
    /// Two sessions with one nonce.
    SameNonce,
    /// Entries of others, again.
    Replay,
    /// Bytes that are no update, then an update that would be one.
    Poison,
    /// A delete set of ids that nobody has, with very many ranges.
    GiantDeletes,
    /// A kind below 128 that no version knows.
    UnknownBelow128,
    /// A kind from 128 on.
    UnknownAbove128,
    /// A block of a kind no version knows, validly.
    UnknownBlock,
    /// Many tiny edits as fast as they can.
    TinyEntries,
    /// An edit built on one that the gate refuses.
    OnRefused,
    /// Frames that are none.
    Rubbish,
}

/// Every lie.
pub const LIES: [Lie; 17] = [
    Lie::ForgedSignature,
    Lie::WrongRole,
    Lie::Stranger,
    Lie::WrongClient,
    Lie::WrongSeq,
    Lie::WrongPrev,
    Lie::Fork,
    Lie::SameNonce,
    Lie::Replay,
    Lie::Poison,
    Lie::GiantDeletes,
    Lie::UnknownBelow128,
    Lie::UnknownAbove128,
    Lie::UnknownBlock,
    Lie::TinyEntries,
    Lie::OnRefused,
    Lie::Rubbish,
];

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A person does something.
    Person {
        /// The device.
        who: usize,
        /// Which of its windows on the note.
        window: u8,
        /// Which note.
        note: usize,
        /// What.
        act: Act,
        /// Where.
        pick: u64,
    },
    /// The next message of a window to its engine is lost.
    LosePush(usize),
    /// A device joins the space.
    Join(usize),
    /// A device changes what another may do, if it is an owner then; none takes it out.
    Role {
        /// Who does it.
        by: usize,
        /// To whom.
        to: usize,
        /// What it may do from then on.
        role: Option<Role>,
    },
    /// Somebody who is out is let in again by whoever may.
    Readmit(usize),
    /// A device brings in what is set aside of another, if it is an owner then.
    TakeIn {
        /// Who does it.
        by: usize,
        /// Whose words.
        of: usize,
    },
    /// Nothing passes either way.
    Cut(usize, usize, u64),
    /// Nothing passes from one to the other.
    OneWay(usize, usize, u64),
    /// Nothing passes to or from a device.
    Alone(usize, u64),
    /// The connection breaks and stands again, so many times.
    Flap(usize, usize, u64),
    /// A device takes in a few frames a second.
    Slow(usize, u64),
    /// Streams between two devices break in the middle of what was on its way.
    Break(usize, usize),
    /// The process ends without a word.
    Kill(usize, u64),
    /// The power goes at a change of the disk, and perhaps again while the database is being opened.
    Power {
        /// The device.
        who: usize,
        /// Changes and syncs until then.
        changes: u64,
        /// What of the rest got through.
        left: Left,
        /// How long the machine stays off, ms.
        down_ms: u64,
        /// The power goes once more, after so many changes of recovery.
        again: Option<u64>,
    },
    /// Calls to the disk fail.
    Errors {
        /// The device.
        who: usize,
        /// Calls until then.
        calls: u64,
        /// How many fail.
        many: u64,
        /// Reads too.
        reads: bool,
    },
    /// The disk is full.
    Full(usize, u64, u64),
    /// The disk has less room than the floor for so long, ms.
    Low(usize, u64),
    /// Syncs say yes and do nothing; then the power goes.
    FalseSync(usize, u64),
    /// A bit on the disk changes while the machine is off.
    Flip(usize, u64),
    /// A copy of the profile is put away.
    Save(usize),
    /// The copy put away is put back.
    Restore(usize, u64),
    /// A copy of the profile runs beside it.
    Clone(usize),
    /// Somebody sets the wall clock.
    Wall(usize, i64),
    /// A lying member says something.
    Lie(Lie, u64),
}

/// A schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Everything comes from it.
    pub seed: u64,
    /// The world.
    pub world: World,
    /// What happens, in order of time.
    pub ops: Vec<Timed>,
}

impl World {
    /// A world without faults: fast, no gossip, right clocks.
    pub fn calm(parts: &[Part]) -> Self {
        Self {
            parts: parts.to_vec(),
            late: Vec::new(),
            notes: 1,
            gossip: 0.0,
            twice: 0.0,
            loss: 0.0,
            delay_ms: (1, 5),
            commit_ms: 5,
            wall_off_ms: vec![0; parts.len()],
            expected: Expected::TODAY,
        }
    }
}
