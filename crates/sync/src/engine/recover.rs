//! The key on paper makes this device an owner.
//!
//! A recovery key is an owner that no lowering reaches. It has no device, so it writes through one that holds the space,
//! one entry in a chain of its own: this device is an owner. To all others that is a Member entry like any.

use std::sync::Arc;

use skein_space::{Entry, Incarnation, Member, RecoveryKey, Role, SpaceId, Statement};

use super::Engine;
use super::commit::{Answer, Pending};
use super::leave::Part;
use super::members::appended;
use crate::api::{Effect, Names, RecoverError, RequestId};

impl Engine {
    pub(super) fn recover(
        &mut self,
        request: RequestId,
        space: SpaceId,
        key: &RecoveryKey,
        (of_key, incarnation): (Incarnation, Incarnation),
        names: &Names,
    ) {
        match self.seal_recovery(space, key, of_key, names) {
            Ok(entry) => {
                let mut ops = Vec::from_iter(self.take_part_again(space, incarnation));
                self.advance(space, entry.chain_id(), &entry);
                self.roster_grew(space, &entry);
                ops.push(appended(&entry));
                let pending = Pending::own(space, vec![entry]);
                self.commit(ops, pending.answer(Answer::Recovered(request)));
            }
            Err(error) => self.out.push(Effect::Recovered {
                request,
                space,
                result: Err(error),
            }),
        }
    }

    fn seal_recovery(
        &self,
        space: SpaceId,
        key: &RecoveryKey,
        of_key: Incarnation,
        names: &Names,
    ) -> Result<Arc<Entry>, RecoverError> {
        let s = self.spaces.get(&space).ok_or(RecoverError::NoSuchSpace)?;
        let signer = key.signer();
        if !s.roster.is_recovery_key(signer.device_key()) {
            return Err(RecoverError::OtherKey);
        }
        if s.part == Part::Leaving {
            return Err(RecoverError::Leaving);
        }
        if s.role_here() == Some(Role::Owner) {
            return Err(RecoverError::Owner);
        }
        let invalid = |error: &dyn std::fmt::Display| RecoverError::Invalid(error.to_string());
        let me = self.device();
        let statement = Statement::sign(
            &self.me.transport,
            &space,
            &me,
            &names.person,
            &names.device_name,
        )
        .map_err(|error| invalid(&error))?;
        let member = Member::SetRole {
            subject: me,
            role: Role::Owner,
            statement,
        };
        let entry = s
            .roster
            .seal(&signer, of_key, &member, self.now.wall_ms)
            .map_err(|error| invalid(&error))?;
        Ok(Arc::new(entry))
    }
}
