//! What an invitation gives: one space, or to another device of the same person all that this one can give.

use skein_space::ceremony::{Grant, OwnSpaces, ProvenGuest};
use skein_space::config::{MAX_ADMISSION, MAX_OWN_SPACES, OWN_SPACE_ROOM};
use skein_space::{Member, Role, SpaceId};

use crate::driver::Driver;
use crate::driver::asking::Asking;
use crate::error::{AppError, Code};
use crate::view::{self, Giving, LeftOut, NamedSpace, WhyLeftOut};

/// What a person opens an invitation for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invite {
    /// Somebody, into one space.
    Space(SpaceId, view::Role),
    /// Another device of this person, into every space that this one is an owner of.
    Own,
}

impl Driver {
    /// What it gives, for the exchange and for the person.
    pub(super) fn granted(&mut self, to: Invite) -> Result<(Grant, Giving), AppError> {
        match to {
            Invite::Space(space, role) => {
                self.must_own(space)?;
                let grant = Grant::Space {
                    space,
                    name: self.space_name(space),
                    role: role.into(),
                };
                Ok((grant, Giving::Space { space, role }))
            }
            Invite::Own => self.granted_to_own(),
        }
    }

    fn granted_to_own(&mut self) -> Result<(Grant, Giving), AppError> {
        let first = self.default_space().ok();
        let mut all = self.engine.spaces();
        // The joiner's default space becomes the one this person writes in, where its own is empty.
        all.sort_by_key(|space| Some(*space) != first);
        let (mut spaces, mut left_out) = (Vec::new(), Vec::new());
        let mut room = MAX_ADMISSION - OWN_SPACE_ROOM;
        for space in all {
            let Some(role) = self.engine.role(space) else {
                continue; // left, or taken out of: nothing of this device's any more
            };
            let name = self.space_name(space);
            let needs = self.admission_needs(space);
            let why = if role != Role::Owner {
                WhyLeftOut::NotOwner
            } else if spaces.len() == MAX_OWN_SPACES || needs > room {
                WhyLeftOut::TooMuch
            } else {
                room -= needs;
                spaces.push(NamedSpace { space, name });
                continue;
            };
            left_out.push(LeftOut { space, name, why });
        }
        let own = OwnSpaces::new(spaces.iter().map(|named| named.space).collect());
        let own = own.map_err(|_| {
            AppError::new(
                Code::NotAllowed,
                "this device is an owner of no space, so it lets nobody in. nothing was changed. ask an owner of each space",
            )
        })?;
        Ok((Grant::Own(own), Giving::Own { spaces, left_out }))
    }

    /// Bytes of a space's admission, with room for what comes while the invitation is open.
    fn admission_needs(&self, space: SpaceId) -> usize {
        let roster = self.engine.roster(space);
        let entries = roster.map(|roster| roster.entries().map(|entry| 4 + entry.encode().len()));
        OWN_SPACE_ROOM + entries.map_or(0, Iterator::sum)
    }

    /// Only an owner of all of them gives all of them: asked before the first is given.
    fn must_own_all(&self, spaces: &[SpaceId]) -> Result<(), AppError> {
        spaces.iter().try_for_each(|space| self.must_own(*space))
    }
}

/// The Member entry in each space, where it is needed, and after all of them the admissions.
///
/// An entry that was made stays made where a later step fails: the same guest, asked again, is given the rest.
pub(super) async fn admit(
    asking: &Asking,
    role: Role,
    guest: ProvenGuest,
) -> Result<Vec<Vec<u8>>, AppError> {
    let device = guest.device;
    let spaces: Vec<SpaceId> = guest.statements.iter().map(|(space, _)| *space).collect();
    let asked = spaces.clone();
    asking
        .ask(move |driver| driver.must_own_all(&asked))
        .await?;
    for (done, (space, statement)) in guest.statements.into_iter().enumerate() {
        let has = move |driver: &mut Driver| {
            let roster = driver.engine.roster(space);
            Ok(roster.and_then(|roster| roster.role(device)))
        };
        // One that was let in before and did not hear of it, or wants more than it has.
        if asking.ask(has).await? < Some(role) {
            let member = Member::SetRole {
                subject: device,
                role,
                statement,
            };
            let made = asking.with(move |driver, reply| driver.admit(space, member, None, reply));
            made.await
                .map_err(|error| in_part(error, done, spaces.len()))?;
        }
    }
    let mut admissions = Vec::with_capacity(spaces.len());
    for space in &spaces {
        let space = *space;
        let made = asking.ask(move |driver| driver.admission(space, device));
        admissions.push(
            made.await
                .map_err(|error| in_part(error, spaces.len(), spaces.len()))?,
        );
    }
    Ok(admissions)
}

/// Says of how many spaces it is a member all the same.
fn in_part(error: AppError, done: usize, all: usize) -> AppError {
    if done == 0 {
        return error;
    }
    AppError::new(
        error.code(),
        format!(
            "{error}. it is a member of {done} of {all} spaces now, and was told of none. invite it again, or remove it there"
        ),
    )
}
