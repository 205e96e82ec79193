//! An open invitation: who may ask next, and when it is over. One a device; it lives in memory only.
//!
//! What is counted are exchanges in which the host's nonce left: each gives somebody who stands between one more try at
//! 24 bits. With 60 of them, and the one that succeeds, that is 61 in 2²⁴.

use super::message::Decline;
use crate::config::{EXCHANGE_PACE_MS, EXCHANGES_MAX, INVITATION_MS};

/// Why an invitation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Somebody joined.
    Joined,
    /// A row was picked that was not the guest's: somebody may stand between.
    WrongPick,
    /// Its ten minutes are over.
    TimeIsOver,
    /// Somebody used up its exchanges.
    UsedUp,
    /// The person closed it, went offline or quit.
    Closed,
}

/// An invitation of this device.
#[derive(Clone, Debug)]
pub struct Invitation {
    opened_ms: u64,
    given: u32,
    last_ms: Option<u64>,
    under_way: bool,
    ended: Option<Ended>,
}

impl Invitation {
    /// Opens one. All times are of one monotonic clock, ms.
    pub fn open(now_ms: u64) -> Self {
        Self {
            opened_ms: now_ms,
            given: 0,
            last_ms: None,
            under_way: false,
            ended: None,
        }
    }

    /// Whether it is over, and why.
    pub fn ended(&self, now_ms: u64) -> Option<Ended> {
        let late = now_ms >= self.closes_ms();
        self.ended.or(late.then_some(Ended::TimeIsOver))
    }

    /// When it closes by itself.
    pub fn closes_ms(&self) -> u64 {
        self.opened_ms + INVITATION_MS
    }

    /// A guest committed itself: whether it gets a nonce now. If so the exchange counts and is under way until
    /// [`Self::exchange_over`] or [`Self::picked`].
    ///
    /// # Errors
    /// What the guest is told.
    pub fn begin(&mut self, now_ms: u64) -> Result<(), Decline> {
        match self.ended(now_ms) {
            Some(Ended::UsedUp) => return Err(Decline::UseTicket),
            Some(_) => return Err(Decline::Closed),
            None => {}
        }
        let soon = self
            .last_ms
            .is_some_and(|last| now_ms < last + EXCHANGE_PACE_MS);
        if self.under_way || soon {
            return Err(Decline::Busy);
        }
        if self.given >= EXCHANGES_MAX {
            self.ended = Some(Ended::UsedUp);
            return Err(Decline::UseTicket);
        }
        self.given += 1;
        self.last_ms = Some(now_ms);
        self.under_way = true;
        Ok(())
    }

    /// The exchange under way ended without a pick: hung up, too slow, or "none of these".
    pub fn exchange_over(&mut self) {
        self.under_way = false;
    }

    /// The person picked a row: it is over either way.
    pub fn picked(&mut self, right: bool) {
        let why = if right {
            Ended::Joined
        } else {
            Ended::WrongPick
        };
        self.end(why);
    }

    /// It is over. The first reason stands.
    pub fn end(&mut self, why: Ended) {
        self.under_way = false;
        self.ended.get_or_insert(why);
    }
}
