//! Changing what members may do, and telling those who were removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use skein_space::{
    DeviceKey, Entry, EntryRef, Log, Member, Role, Roster, SpaceId, Statement, planted,
};

use super::Engine;
use super::commit::{Answer, Pending};
use super::members::appended;
use super::space::Space;
use crate::api::{Cut, Effect, Event, Held, Notice, RequestId, RoleError, StreamId};
use crate::frame::{Frame, entries_in_frames};

impl Engine {
    pub(super) fn change_role(
        &mut self,
        request: RequestId,
        space: SpaceId,
        subject: DeviceKey,
        role: Option<Role>,
        secret: [u8; 32],
    ) {
        match self.seal_role(space, subject, role) {
            Ok((entry, cuts)) => {
                self.advance(space, entry.chain_id(), &entry);
                self.roster_grew(space, &entry);
                let mut ops = vec![appended(&entry)];
                // In the commit of the lowering: from here on nobody waits to be found.
                ops.extend(self.make_secret(space, secret));
                let pending = Pending::own(space, vec![entry]);
                self.commit(ops, pending.answer(Answer::RoleChanged(request, cuts)));
            }
            Err(error) => self.out.push(Effect::RoleChanged {
                request,
                result: Err(error),
            }),
        }
    }

    fn seal_role(
        &self,
        space: SpaceId,
        subject: DeviceKey,
        role: Option<Role>,
    ) -> Result<(Arc<Entry>, Vec<Cut>), RoleError> {
        let s = self.spaces.get(&space).ok_or(RoleError::NoSuchSpace)?;
        if s.role_here() != Some(Role::Owner) {
            return Err(RoleError::NotOwner);
        }
        if subject == self.device() {
            return Err(RoleError::Itself);
        }
        let now = s.roster.role(subject).ok_or(RoleError::NotMember)?;
        if role == Some(now) {
            return Err(RoleError::Unchanged);
        }
        let (member, cuts) = match role.filter(|role| *role > now) {
            Some(role) => {
                let statement = statement_of(&s.roster, subject).ok_or(RoleError::NotMember)?;
                let raise = Member::SetRole {
                    subject,
                    role,
                    statement,
                };
                (raise, Vec::new())
            }
            None => s.lowering(subject, role),
        };
        let entry = s
            .roster
            .seal(&self.me.signer, s.incarnation, &member, self.now.wall_ms)
            .map_err(|error| RoleError::Invalid(error.to_string()))?;
        Ok((Arc::new(entry), cuts))
    }

    /// Shows the entries that say that these devices are out. All or nothing: without what they are built on they say
    /// nothing.
    pub(super) fn tell_removed(&mut self, stream: StreamId, space: SpaceId, out: &[DeviceKey]) {
        if planted!(RemovedUntold) {
            return;
        }
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        for device in out {
            let why = s.roster.lowerings_of(*device);
            if !why.iter().all(|entry| s.is_on_disk(entry)) {
                continue;
            }
            for part in entries_in_frames(why) {
                let (kind, body) = Frame::Removed(part).encode();
                self.out.push(Effect::Send { stream, kind, body });
            }
        }
    }

    /// Somebody says that this device is out. It is if the roster says so, with what it brings; else it shows why not.
    pub(super) fn removed_in(
        &mut self,
        held: &dyn Held,
        stream: StreamId,
        entries: Vec<Arc<Entry>>,
    ) {
        let space = self.links.get(&stream).and_then(|link| link.space());
        let Some(space) = space else {
            return self.drop_link(stream, "it did not say Hello first");
        };
        for entry in entries {
            if entry.header().chain.log == Log::Roster {
                self.receive(held, space, entry, None);
            }
        }
        self.show_admission(stream);
    }

    /// Says who may do more or less than before.
    pub(super) fn tell_roles(&mut self, space: SpaceId, author: DeviceKey, changes: Vec<Change>) {
        for Change { device, was, is } in changes {
            let added_by = self
                .spaces
                .get(&space)
                .and_then(|s| Some(s.roster.member(device)?.added_by));
            let notice = match (was, added_by) {
                (None, Some(by)) if device != self.device() && by != device => {
                    Notice::MemberJoined { space, device, by }
                }
                (Some(_), _) if author != self.device() => Notice::RoleChanged {
                    space,
                    device,
                    by: author,
                    role: is,
                },
                _ => continue,
            };
            self.event(Event::Notice(notice));
        }
    }
}

impl Space {
    /// A lowering that leaves standing everything held of the member now.
    pub(super) fn lowering(&self, subject: DeviceKey, role: Option<Role>) -> (Member, Vec<Cut>) {
        let mut last: BTreeMap<_, (EntryRef, Cut)> = BTreeMap::new();
        let of_subject = self.chains.values().filter(|c| c.chain.device == subject);
        for state in of_subject {
            let (chain, tip) = (state.chain.id(), state.tip);
            let cut = Cut {
                incarnation: state.chain.incarnation,
                log: state.chain.log,
                seq: tip.seq,
            };
            let of = EntryRef::new(chain, tip.seq, tip.hash);
            // Of a fork the longest branch, of several that with the lowest hash; the place cuts them all.
            let higher = |(old, _): &(EntryRef, Cut)| (of.seq, old.hash) > (old.seq, of.hash);
            if tip.seq > 0 && last.get(&chain).is_none_or(higher) {
                last.insert(chain, (of, cut));
            }
        }
        let (cuts, shown) = last.into_values().unzip();
        let member = Member::Lower {
            subject,
            role,
            cuts,
        };
        (member, shown)
    }
}

/// A role that is another one than before.
pub(super) struct Change {
    device: DeviceKey,
    was: Option<Role>,
    is: Option<Role>,
}

pub(super) fn changed_roles(before: &Roster, after: &Roster) -> Vec<Change> {
    let members = after.members().into_iter();
    members
        .map(|member| Change {
            device: member.device,
            was: before.role(member.device),
            is: member.role,
        })
        .filter(|change| change.was != change.is)
        .collect()
}

/// The member's own statement, as its latest admission brought it.
fn statement_of(roster: &Roster, device: DeviceKey) -> Option<Statement> {
    let transport = roster.member(device)?.transport;
    let members = roster
        .entries()
        .filter_map(|entry| Member::decode(entry.payload()).ok());
    let of_it = members.filter(|member| member.subject() == device);
    let statements = of_it.filter_map(|member| member.statement().cloned());
    statements
        .filter(|statement| statement.transport == transport)
        .last()
}
