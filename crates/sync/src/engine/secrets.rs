//! A space's secrets: handed to members whose roster is ours, and made anew when somebody was lowered.
//!
//! A secret lets members find each other and opens their gossip; who is admitted is the roster's alone (security.md).
//! Its label is the hash of the lowerings its maker knew, so each device sees by itself whether one is out of date.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{Log, Role, SecretLabel, SpaceId, planted};

use super::Engine;
use super::commit::{Answer, Pending};
use super::links::{Link, Phase, Up};
use super::space::Space;
use crate::api::{Effect, Event, StoreOp, StreamId};
use crate::config;
use crate::frame::Frame;
use crate::heads::lines_hash;

/// The secrets held of one space.
#[derive(Default)]
pub(super) struct Secrets {
    held: BTreeMap<SecretLabel, BTreeSet<[u8; 32]>>,
    /// When a current one is made here, unless one came.
    make_at_ms: Option<u64>,
    /// Counts the states that became durable: each stream is told once of each.
    state: u64,
}

impl Secrets {
    pub fn start(rows: Vec<(SecretLabel, [u8; 32])>) -> Self {
        let mut held: BTreeMap<SecretLabel, BTreeSet<[u8; 32]>> = BTreeMap::new();
        for (label, secret) in rows {
            held.entry(label).or_default().insert(secret);
        }
        Self {
            held,
            make_at_ms: None,
            state: 1,
        }
    }

    pub fn next_deadline_ms(&self) -> Option<u64> {
        self.make_at_ms
    }

    fn all(&self) -> Vec<(SecretLabel, [u8; 32])> {
        let each = self.held.iter();
        each.flat_map(|(label, of)| of.iter().map(|secret| (*label, *secret)))
            .collect()
    }

    /// Takes one in; returns the labels whose rows changed. Of one label the smallest few are kept, so that devices
    /// that made one each agree. What others hand on never pushes out anything but for the current label.
    fn put(
        &mut self,
        current: SecretLabel,
        label: SecretLabel,
        secret: [u8; 32],
    ) -> Vec<SecretLabel> {
        let mut changed = Vec::new();
        if !self.held.contains_key(&label) && self.held.len() >= config::SECRET_LABELS_MAX {
            let former = self.held.keys().find(|held| **held != current).copied();
            let Some(former) = former.filter(|_| label == current) else {
                return changed;
            };
            self.held.remove(&former);
            changed.push(former);
        }
        let of = self.held.entry(label).or_default();
        if of.insert(secret) {
            let over = of.len() > config::SECRETS_PER_LABEL;
            let last = if over { of.pop_last() } else { None };
            if last != Some(secret) {
                changed.push(label);
            }
        }
        changed
    }

    fn row(&self, space: SpaceId, label: SecretLabel) -> StoreOp {
        let of = self.held.get(&label);
        StoreOp::Secrets {
            space,
            label,
            secrets: of.into_iter().flatten().copied().collect(),
        }
    }
}

impl Space {
    /// Takes secrets in; returns the rows that must become durable for it.
    pub fn put_secrets(&mut self, secrets: &[(SecretLabel, [u8; 32])]) -> Vec<StoreOp> {
        let current = self.roster.secret_label();
        let mut changed = BTreeSet::new();
        for (label, secret) in secrets {
            changed.extend(self.secrets.put(current, *label, *secret));
        }
        let rows = changed.into_iter();
        rows.map(|label| self.secrets.row(self.id, label)).collect()
    }

    pub fn has_current_secret(&self) -> bool {
        self.secrets.held.contains_key(&self.roster.secret_label())
    }

    /// The roster is another one, or was read: if no secret fits it, one is made soon, unless a member has one.
    pub fn want_secret(&mut self, now_ms: u64) {
        if self.has_current_secret() || self.roster.is_empty() {
            self.secrets.make_at_ms = None;
        } else {
            let at_ms = now_ms + config::SECRET_WAIT_MS;
            self.secrets.make_at_ms.get_or_insert(at_ms);
        }
    }

    /// Whether the peer's last word shows exactly our roster, what is on its way to disk included. Only then is it sure
    /// that who was removed here is out there as well, and is not handed what it hears.
    fn has_our_roster(&self, up: &Up) -> bool {
        let mut roster = self.chains.values().filter(|c| c.chain.log == Log::Roster);
        let on_disk = roster.all(|c| c.tip.seq == c.durable.seq);
        on_disk && (self.has_roster(&up.roster) || up.lines == Some(lines_hash(&self.lines())))
    }
}

impl Engine {
    /// Hands a member all secrets held, once for each state of them.
    pub(super) fn hand_secrets(&mut self, stream: StreamId) {
        let Some(up) = self.links.get_mut(&stream).and_then(Link::up) else {
            return;
        };
        let Some(s) = self.spaces.get(&up.space) else {
            return;
        };
        if up.secrets == s.secrets.state || s.secrets.held.is_empty() {
            return;
        }
        if !s.has_our_roster(up) && !planted!(SecretsToAll) {
            return;
        }
        up.secrets = s.secrets.state;
        let (kind, body) = Frame::Secrets(s.secrets.all()).encode();
        self.out.push(Effect::Send { stream, kind, body });
    }

    /// What a member hands on.
    pub(super) fn secrets_in(&mut self, stream: StreamId, secrets: &[(SecretLabel, [u8; 32])]) {
        let space = self.links.get(&stream).and_then(|link| match &link.phase {
            Phase::Up(up) => Some(up.space),
            Phase::Greeting { .. } => None,
        });
        if let Some(space) = space {
            self.take_secrets(space, secrets);
        }
    }

    /// The driver made one. It may have come from a member meanwhile; then both are held.
    pub(super) fn new_secret(&mut self, space: SpaceId, label: SecretLabel, secret: [u8; 32]) {
        self.take_secrets(space, &[(label, secret)]);
    }

    fn take_secrets(&mut self, space: SpaceId, secrets: &[(SecretLabel, [u8; 32])]) {
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let ops = s.put_secrets(secrets);
        s.want_secret(self.now.mono_ms);
        if !ops.is_empty() {
            let pending = Pending::own(space, Vec::new()).answer(Answer::SecretsHeld);
            self.commit(ops, pending);
        }
    }

    /// What stores this secret as the current one, where none is held that fits the roster.
    pub(super) fn make_secret(&mut self, space: SpaceId, secret: [u8; 32]) -> Vec<StoreOp> {
        let now_ms = self.now.mono_ms;
        let Some(s) = self
            .spaces
            .get_mut(&space)
            .filter(|s| !s.has_current_secret())
        else {
            return Vec::new();
        };
        let ops = s.put_secrets(&[(s.roster.secret_label(), secret)]);
        s.want_secret(now_ms);
        ops
    }

    /// Secrets are durable: they may be used and handed on.
    pub(super) fn secrets_held(&mut self, space: SpaceId) {
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        s.secrets.state += 1;
        self.event(Event::Secrets { space });
        for stream in self.content_streams(space) {
            self.hand_secrets(stream);
        }
    }

    pub(super) fn secret_timers(&mut self) {
        let now_ms = self.now.mono_ms;
        for s in self.spaces.values_mut() {
            if s.secrets.make_at_ms.is_none_or(|at_ms| at_ms > now_ms) {
                continue;
            }
            s.secrets.make_at_ms = None;
            // A viewer waits for somebody else's; who was removed has nobody to share one with.
            if !s.has_current_secret() && s.role_here() >= Some(Role::Editor) {
                self.out.push(Effect::NeedSecret {
                    space: s.id,
                    label: s.roster.secret_label(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SecretLabel = SecretLabel([9; 32]);

    #[test]
    fn of_one_label_the_smallest_are_kept_in_whatever_order_they_come() {
        let orders = [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [4, 6, 1, 5, 3, 2]];
        for order in orders {
            let mut secrets = Secrets::default();
            for number in order {
                secrets.put(NOW, NOW, [number; 32]);
                let again = secrets.put(NOW, NOW, [number; 32]);
                assert_eq!(again, [], "nothing new");
            }
            let kept: Vec<u8> = secrets.held[&NOW].iter().map(|secret| secret[0]).collect();
            assert_eq!(kept, [1, 2, 3, 4], "{order:?}");
        }
    }

    #[test]
    fn foreign_labels_are_bounded_and_never_keep_the_current_one_out() {
        let mut secrets = Secrets::default();
        for number in 0..200 {
            secrets.put(NOW, SecretLabel([number; 32]), [1; 32]);
        }
        assert_eq!(secrets.held.len(), config::SECRET_LABELS_MAX);
        let later = SecretLabel([255; 32]);
        let changed = secrets.put(later, later, [2; 32]);
        assert_eq!(changed, [SecretLabel([0; 32]), later]);
        assert_eq!(secrets.held.len(), config::SECRET_LABELS_MAX);
    }
}
