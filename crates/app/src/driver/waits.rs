//! Waiting for equal heads.

use std::time::{Duration, Instant};

use skein_space::SpaceId;

use super::{Driver, Reply};
use crate::error::{AppError, Code};
use crate::view::Waited;

struct Wait {
    /// Of one space; of all that others are in when absent.
    space: Option<SpaceId>,
    /// With that many others; with all online, at least one, when absent.
    peers: Option<usize>,
    since: Instant,
    until: Instant,
    reply: Reply<Waited>,
}

/// Everybody who waits.
#[derive(Default)]
pub(super) struct Waits(Vec<Wait>);

impl Waits {
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.0.iter().map(|wait| wait.until).min()
    }
}

impl Driver {
    /// Answers when heads are equal, or fails when the time has passed.
    pub(crate) fn wait_heads_equal(
        &mut self,
        space: Option<SpaceId>,
        peers: Option<usize>,
        time: Duration,
        reply: Reply<Waited>,
    ) {
        let since = Instant::now();
        let until = since + time.min(Duration::from_secs(24 * 3600));
        self.waits.0.push(Wait {
            space,
            peers,
            since,
            until,
            reply,
        });
        self.look_at_waits();
    }

    /// Looks whether somebody's wait is over: called whenever heads, peers or members changed.
    pub(super) fn look_at_waits(&mut self) {
        for wait in std::mem::take(&mut self.waits.0) {
            match self.equal_peers(wait.space, wait.peers) {
                Some(peers) => {
                    let waited_ms =
                        u64::try_from(wait.since.elapsed().as_millis()).unwrap_or(u64::MAX);
                    let waited = Waited {
                        equal: true,
                        peers,
                        waited_ms,
                    };
                    // Whoever asked may have gone.
                    let _ = wait.reply.send(Ok(waited));
                }
                None if wait.reply.is_closed() => {}
                None => self.waits.0.push(wait),
            }
        }
    }

    pub(super) fn end_waits(&mut self, now: Instant) {
        if self.waits.next_deadline().is_none_or(|due| due > now) {
            return;
        }
        self.look_at_waits();
        let (over, still): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waits.0)
            .into_iter()
            .partition(|wait| wait.until <= now);
        self.waits.0 = still;
        for wait in over {
            let _ = wait.reply.send(Err(AppError::new(
                Code::TimedOut,
                "the time has passed and the others do not hold the same yet. what is here is saved. \
                 look at `skein status`",
            )));
        }
    }

    /// Members of a space beside this device.
    fn others(&self, space: SpaceId) -> usize {
        let me = self.device();
        let members = self.engine.roster(space).map(|roster| roster.members());
        let members = members.unwrap_or_default().into_iter();
        members
            .filter(|member| member.role.is_some() && member.device != me)
            .count()
    }

    /// How many others hold the same as this device, when that is enough.
    ///
    /// Spaces that nobody else is in do not count; in every other one the others asked for, or
    /// everybody online, must hold the same.
    fn equal_peers(&self, space: Option<SpaceId>, peers: Option<usize>) -> Option<usize> {
        let mut most = 0;
        for id in self.engine.spaces() {
            if space.is_some_and(|only| only != id) {
                continue;
            }
            let others = self.others(id);
            if others == 0 {
                continue;
            }
            let (equal, online) = self.engine.equal_heads(id);
            let enough = match peers {
                Some(peers) => equal >= peers.min(others),
                None => equal == online,
            };
            if !enough {
                return None;
            }
            most = most.max(equal);
        }
        (most >= peers.unwrap_or(1).max(1)).then_some(most)
    }
}
