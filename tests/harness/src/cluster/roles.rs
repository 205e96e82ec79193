//! Who may do what, changed while all else happens, and the secret that those share who are in.

use skein_space::{Role, SecretLabel};
use skein_sync::{Input, RequestId};

use super::{Cluster, chance};

impl Cluster {
    /// What a device may do, as it believes itself; none also while it is switched off.
    pub fn role(&self, device: usize) -> Option<Role> {
        self.devices[device]
            .process
            .as_ref()?
            .engine
            .role(self.space)
    }

    /// Whether one of two has no way to hear from the other: each takes the other for removed and nobody is left to tell
    /// them, or it was let in by somebody who is out, and the other never heard of it (`/skein/member/1`).
    pub(super) fn is_stranded(&self, one: usize, other: usize) -> bool {
        let out = |device, of| self.known_role(device, of) == Some(None);
        let both_out = out(one, other) && out(other, one);
        let unheard = self.known_role(other, one).is_none() && !self.plan.world.expected.admissions;
        one != other && (both_out || unheard)
    }

    /// Whether anybody was ever given less than it had.
    pub(crate) fn has_lowered(&self) -> bool {
        !self.lowered.is_empty()
    }

    /// A device changes what another may do, if it can.
    pub(super) fn change_role(&mut self, by: usize, to: usize, role: Option<Role>) {
        if self.devices[by].stale || !self.is_up(by) {
            return;
        }
        let subject = self.devices[to].key;
        let before = self.role_of(by, to);
        let secret = chance::bytes(&mut self.rng);
        self.give(
            by,
            Input::ChangeRole {
                request: RequestId(0),
                space: self.space,
                subject,
                role,
                secret,
            },
        );
        if self.role_of(by, to) < before {
            self.lowered.insert(subject);
        }
    }

    /// An owner brings in what is set aside of somebody.
    pub(super) fn take_in(&mut self, by: usize, of: usize) {
        if self.devices[by].stale || !self.is_up(by) {
            return;
        }
        let take_in = Input::TakeIn {
            request: RequestId(0),
            space: self.space,
            subject: self.devices[of].key,
        };
        self.give(by, take_in);
    }

    /// Whoever may lets somebody in again who is out.
    pub(super) fn readmit(&mut self, who: usize) {
        let owner = (0..self.devices.len()).find(|owner| {
            let knows = self.role(*owner) == Some(Role::Owner) && !self.devices[*owner].stale;
            knows && self.devices[who].joined && self.role_of(*owner, who).is_none()
        });
        if let Some(owner) = owner.filter(|_| self.is_up(who)) {
            self.fire("let in again");
            self.let_in(owner, who);
        }
    }

    /// The same, and nothing where it never heard of the other.
    fn known_role(&self, device: usize, of: usize) -> Option<Option<Role>> {
        let process = self.devices[device].process.as_ref()?;
        let roster = process.engine.roster(self.space)?;
        Some(roster.member(self.devices[of].key)?.role)
    }

    /// What one device believes that another may do.
    pub(super) fn role_of(&self, device: usize, of: usize) -> Option<Role> {
        let process = self.devices[device].process.as_ref()?;
        let roster = process.engine.roster(self.space)?;
        roster.role(self.devices[of].key)
    }

    /// The secret in use on a device, with its label.
    pub(crate) fn current_secret(&self, device: usize) -> Option<(SecretLabel, [u8; 32])> {
        let process = self.devices[device].process.as_ref()?;
        let label = process.engine.roster(self.space)?.secret_label();
        let rows = process.held.reader().secrets(self.space).ok()?;
        let row = rows.into_iter().find(|row| row.label == label)?;
        Some((label, *row.secrets.iter().min()?))
    }

    /// Who does not use the secret that the others use. Only viewers cannot make one.
    pub(crate) fn different_secrets(&self) -> Option<String> {
        let inside = self.inside();
        let makes = |device: &&usize| self.role(**device) >= Some(Role::Editor);
        inside.iter().find(makes)?;
        let mut first = None;
        for device in inside {
            let secret = self.current_secret(device);
            if secret.is_none() {
                return Some(format!("device {device} has no secret"));
            }
            match &first {
                None => first = Some(secret),
                Some(other) if *other != secret => {
                    return Some(format!("device {device} uses another secret"));
                }
                Some(_) => {}
            }
        }
        None
    }

    /// Nobody who is out has the secret of those who are in.
    pub(crate) fn check_secrets(&mut self) {
        let inside = self.inside();
        for device in self.honest() {
            let Some(process) = &self.devices[device].process else {
                continue;
            };
            let held = process.held.reader().secrets(self.space);
            let held = held.unwrap_or_default();
            let has = |secret: [u8; 32]| held.iter().any(|row| row.secrets.contains(&secret));
            let leaked = inside.iter().find(|other| {
                let out = self.known_role(**other, device) == Some(None);
                let used = self.current_secret(**other);
                out && used.is_some_and(|(_, secret)| has(secret))
            });
            if let Some(other) = leaked {
                let seen = format!("device {device} has that of {other}");
                return self.fail("who is out gets no new secret", seen);
            }
        }
    }
}
