//! Faults put in on purpose, to prove that the simulator finds them. Compiled only with the feature `planted`, which
//! nothing but the simulator's own proof turns on; skein-app refuses to be built with it.
//!
//! A hook is [`crate::planted!`] with a fault's name: `false` in every other build.

/// Whether this build can plant faults.
pub const ENABLED: bool = cfg!(feature = "planted");

#[cfg(feature = "planted")]
pub use faults::*;

#[cfg(feature = "planted")]
mod faults {
    use std::cell::Cell;

    macro_rules! faults {
        ($($(#[doc = $says:literal])* $fault:ident,)*) => {
            /// A fault that can be planted.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum Fault { $($(#[doc = $says])* $fault,)* }
            /// All of them.
            pub const ALL: &[Fault] = &[$(Fault::$fault,)*];
        };
    }

    faults! {
        /// A push is acknowledged before its commit.
        AckBeforeCommit,
        /// Durable entries go out on gossip alone.
        GossipOnly,
        /// Entries are sealed without the dependencies of what the window had seen.
        DepsDropped,
        /// Edits that only delete are booked and not applied.
        DeletesDropped,
        /// Catching up ends one before the tip.
        TipOffByOne,
        /// Heads leave out the own notes chain.
        HeadsWithoutChain,
        /// Lower Heads never take a receipt back.
        ReceiptsNeverShrink,
        /// What comes before its dependencies is refused.
        VerdictByArrival,
        /// Anybody's word counts.
        RoleUnchecked,
        /// Signatures are not looked at.
        SignatureUnchecked,
        /// Every session has the same nonce.
        NonceReused,
        /// A snapshot says it covers one entry more than it does.
        CoversOffByOne,
        /// A snapshot is of an empty note.
        SnapshotEmpty,
        /// An entry names another entry as the one before it.
        WrongPrev,
        /// What waits is dropped.
        WaitingForgotten,
        /// What is built on a refused entry counts.
        RefusedCounted,
        /// A gap in pushes goes unnoticed.
        GapIgnored,
        /// A push that comes again is sealed again.
        PushTwice,
        /// Batches of one commit are written in the wrong order.
        CommitReordered,
        /// The tips in a note's row are one change late.
        RowTipsLate,
        /// Applying does not take dependencies out of the frontier.
        FrontierUnfolded,
        /// An entry's row in its note's graph is not written for an edit in seven.
        GraphRowMissing,
        /// Commits are not synced.
        NotSynced,
        /// A profile put back goes on with its old chains.
        IncarnationKept,
        /// Heads tell what is not durable yet.
        UndurableTold,
        /// Every digest is taken to be equal to ours.
        DigestAlwaysEqual,
        /// Documents fail on the fourth entry of every chain: no fault of the engine, but what it has to stand.
        ApplyFails,
        /// Own edits never reach the other windows of this process.
        OwnNotDelivered,
        /// Secrets are handed to whoever is a member here, whatever it knows.
        SecretsToAll,
        /// The space keeps its secret, whoever is removed.
        SecretKept,
        /// Who was removed is not told.
        RemovedUntold,
        /// What was set aside stays so when its session goes on with what others built upon.
        AsideForgotten,
    }

    thread_local! {
        static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    /// Plants one fault on this thread, or none.
    pub fn plant(fault: Option<Fault>) {
        PLANTED.set(fault);
    }

    /// Whether this fault is planted.
    pub fn is(fault: Fault) -> bool {
        PLANTED.get() == Some(fault)
    }
}

/// Whether a fault is planted; `false` in every build but that of the simulator's proof.
#[cfg(feature = "planted")]
#[macro_export]
macro_rules! planted {
    ($fault:ident) => {
        $crate::planted::is($crate::planted::Fault::$fault)
    };
}

/// Whether a fault is planted; `false` in every build but that of the simulator's proof.
#[cfg(not(feature = "planted"))]
#[macro_export]
macro_rules! planted {
    ($fault:ident) => {
        false
    };
}
