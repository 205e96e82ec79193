//! Founding and joining spaces, letting somebody in, taking a new incarnation.

use std::sync::Arc;

use skein_space::{
    DeviceKey, Entry, Incarnation, Member, Nonce, Role, Roster, SecretLabel, SpaceId, Statement,
    space_id,
};

use super::Engine;
use super::commit::{Answer, Pending};
use super::space::Space;
use crate::api::{AdmitError, Effect, EndReason, Names, RequestId, StoreOp};

impl Engine {
    pub(super) fn found(
        &mut self,
        request: RequestId,
        nonce: Nonce,
        incarnation: Incarnation,
        secret: [u8; 32],
        names: &Names,
        recovery: Option<DeviceKey>,
    ) {
        let me = self.device();
        let id = space_id(&me, &nonce);
        let statement = Statement::sign(
            &self.me.transport,
            &id,
            &me,
            &names.person,
            &names.device_name,
        );
        let member = statement.map(|statement| Member::Found {
            subject: me,
            nonce,
            recovery,
            statement,
        });
        let sealed = member.ok().and_then(|member| {
            Roster::empty(id)
                .seal(&self.me.signer, incarnation, &member, self.now.wall_ms)
                .ok()
        });
        let Some(entry) = sealed.map(Arc::new) else {
            // Only names over 256 bytes can fail here; the driver cuts them where they are made.
            return self.out.push(Effect::SpaceFailed { request });
        };
        let mut space = Space::new(id, me, incarnation);
        let secrets = space.put_secrets(&[(Roster::empty(id).secret_label(), secret)]);
        let mut ops = vec![space.row()];
        self.spaces.insert(id, space);
        self.advance(id, entry.chain_id(), &entry);
        self.roster_grew(id, &entry);
        ops.extend(secrets);
        ops.push(appended(&entry));
        self.commit(
            ops,
            Pending::own(id, vec![entry]).answer(Answer::SpaceReady(request)),
        );
    }

    /// Everything an admission carried becomes durable in one commit.
    pub(super) fn joined(
        &mut self,
        request: RequestId,
        id: SpaceId,
        incarnation: Incarnation,
        secret: (SecretLabel, [u8; 32]),
        roster: Vec<Arc<Entry>>,
    ) {
        let fresh = !self.spaces.contains_key(&id);
        let mut ops = Vec::new();
        if fresh {
            let me = self.device();
            let space = Space::new(id, me, incarnation);
            ops.push(space.row());
            self.spaces.insert(id, space);
        } else {
            ops.extend(self.take_part_again(id, incarnation));
        }
        let mut new = Vec::new();
        for entry in roster {
            let follows = self.spaces.get(&id).is_some_and(|s| {
                let tip = s.tip(entry.chain_id());
                entry.header().seq == tip.seq + 1
                    && entry.header().prev == tip.hash
                    && s.roster.admits(&entry).is_ok()
            });
            if follows {
                self.advance(id, entry.chain_id(), &entry);
                self.roster_grew(id, &entry);
                ops.push(appended(&entry));
                new.push(entry);
            }
        }
        if let Some(s) = self.spaces.get_mut(&id) {
            ops.extend(s.put_secrets(&[secret]));
            s.want_secret(self.now.mono_ms);
        }
        self.commit(
            ops,
            Pending::own(id, new).answer(Answer::SpaceReady(request)),
        );
    }

    pub(super) fn admit(
        &mut self,
        request: RequestId,
        space: SpaceId,
        member: &Member,
        ticket: Option<([u8; 16], DeviceKey)>,
        secret: [u8; 32],
    ) {
        match self.seal_member(space, member) {
            Ok(entry) => {
                self.advance(space, entry.chain_id(), &entry);
                self.roster_grew(space, &entry);
                let mut ops = vec![appended(&entry)];
                if let Some((ticket, device)) = ticket {
                    ops.push(StoreOp::TicketBound { ticket, device });
                }
                // Without one that fits nobody could be let in until some member has made it.
                let made = self.make_secret(space, secret);
                let answer = Answer::Admitted(request, !made.is_empty());
                ops.extend(made);
                self.commit(ops, Pending::own(space, vec![entry]).answer(answer));
            }
            Err(error) => self.out.push(Effect::Admitted {
                request,
                result: Err(error),
            }),
        }
    }

    fn seal_member(&self, space: SpaceId, member: &Member) -> Result<Arc<Entry>, AdmitError> {
        let s = self.spaces.get(&space).ok_or(AdmitError::NoSuchSpace)?;
        if s.role_here() != Some(Role::Owner) {
            return Err(AdmitError::NotOwner);
        }
        let entry = s
            .roster
            .seal(&self.me.signer, s.incarnation, member, self.now.wall_ms)
            .map_err(|e| AdmitError::Invalid(e.to_string()))?;
        Ok(Arc::new(entry))
    }

    /// This device writes on under a new incarnation and never continues its old chains.
    pub(super) fn new_incarnation(&mut self, id: SpaceId, incarnation: Incarnation) {
        let Some(s) = self.spaces.get_mut(&id) else {
            return;
        };
        s.incarnation = incarnation;
        let row = s.row();
        self.commit(vec![row], Pending::nothing());
        let open: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, x)| x.space == id)
            .map(|(h, _)| *h)
            .collect();
        for session in open {
            self.end_session(session, EndReason::Reopen);
        }
    }
}

/// A Member entry of one's own, to be held.
pub(super) fn appended(entry: &Arc<Entry>) -> StoreOp {
    StoreOp::Append {
        entry: Arc::clone(entry),
        end_clock: 0,
        refused: None,
        forks: false,
    }
}
