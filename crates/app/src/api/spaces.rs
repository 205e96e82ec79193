//! Spaces, members, peers, settings, status.

use std::time::Duration;

use skein_note::Value;
use skein_space::{DeviceKey, RecoveryKey, RecoveryTextError, SpaceId};

use super::{App, GivenNames};
use crate::config::DIAL_WAIT;
use crate::driver::{Writing, checked_name, own_note, random};
use crate::error::{AppError, Code};
use crate::view::{
    Agreed, Cut, Initialised, Invitation, Leaving, MemberRow, Overview, PeerAdded, PeerRow, Role,
    RoleChanged, SetAside, SpaceMade, SpaceRow, Status, TakenIn, Waited,
};

impl App {
    /// This device, its spaces and addresses.
    pub async fn overview(&self) -> Result<Overview, AppError> {
        self.ask(|driver| Ok(driver.overview())).await
    }

    /// The spaces this device is in.
    pub async fn spaces(&self) -> Result<Vec<SpaceRow>, AppError> {
        self.ask(|driver| Ok(driver.space_rows())).await
    }

    /// The space that an id, a prefix of one or a name means; the default space for none.
    pub async fn find_space(&self, given: Option<&str>) -> Result<SpaceId, AppError> {
        let given = given.map(str::to_owned);
        self.ask(move |driver| driver.find_space(given.as_deref()))
            .await
    }

    /// Names this device for the spaces it makes and joins from now on. Spaces that it is in already keep
    /// the names they know it by.
    pub async fn set_names(&self, names: GivenNames) -> Result<(), AppError> {
        let person = names
            .person
            .map(|name| checked_name(&name, "a person's name"))
            .transpose()?;
        let device_name = names
            .device_name
            .map(|name| checked_name(&name, "a device's name"))
            .transpose()?;
        if person.is_some() || device_name.is_some() {
            self.with(move |driver, reply| driver.set_names(person, device_name, reply))
                .await?;
        }
        Ok(())
    }

    /// What `init` says of a profile.
    pub async fn initialised(&self) -> Result<Initialised, AppError> {
        let overview = self.overview().await?;
        Ok(Initialised {
            device: overview.device,
            person: overview.person,
            device_name: overview.device_name,
            space: overview
                .default_space
                .ok_or_else(|| AppError::not_found("a space"))?,
        })
    }

    /// Makes a space of which this device is the owner; on request with a recovery key, which is kept nowhere: what is
    /// returned is the only copy.
    pub async fn new_space(&self, name: &str, recovery: bool) -> Result<SpaceMade, AppError> {
        let name = checked_name(name, "a space's name")?;
        let key = recovery.then(|| RecoveryKey::new(random()));
        let public = key.as_ref().map(RecoveryKey::public);
        let space = self
            .with(move |driver, reply| driver.found(public, reply))
            .await?;
        let named = Writing::Meta("name".into(), Value::String(name));
        self.write(space, own_note(space), named).await?;
        let recovery_key = key.map(|key| key.text().to_string());
        Ok(SpaceMade {
            space,
            recovery_key,
        })
    }

    /// Makes this device an owner of the space that was founded with this recovery key, also where it was removed or had
    /// left. Durable when it returns, and every member follows.
    pub async fn recover(&self, text: &str) -> Result<SpaceRow, AppError> {
        let key: RecoveryKey = text.parse().map_err(|error: RecoveryTextError| {
            AppError::new(Code::BadArgument, format!("{error}. nothing was changed"))
        })?;
        let public = key.public();
        let space = self
            .ask(move |driver| driver.space_of_recovery_key(public))
            .await?;
        self.with(move |driver, reply| driver.recover(space, key, reply))
            .await?;
        let rows = self.spaces().await?.into_iter();
        let mut of = rows.filter(|row| row.id == space);
        of.next().ok_or_else(|| AppError::not_found("that space"))
    }

    /// Gives a space another name, for everybody in it. Owners and editors.
    pub async fn rename_space(&self, space: SpaceId, name: &str) -> Result<(), AppError> {
        let name = checked_name(name, "a space's name")?;
        let named = Writing::Meta("name".into(), Value::String(name));
        self.write(space, own_note(space), named).await?;
        Ok(())
    }

    /// Who is or was in a space.
    pub async fn members(&self, space: SpaceId) -> Result<Vec<MemberRow>, AppError> {
        self.ask(move |driver| Ok(driver.member_rows(space))).await
    }

    /// A member, by its key, a prefix of it, or the device's name.
    pub async fn find_member(&self, space: SpaceId, given: &str) -> Result<DeviceKey, AppError> {
        let given = given.to_owned();
        self.ask(move |driver| driver.find_member(space, &given))
            .await
    }

    /// Changes what a member may do; `None` removes it: it gets nothing new, and the others have a new secret. Durable
    /// here when it returns; each member follows once it has heard of it. Owners only, never for their own device.
    pub async fn change_role(
        &self,
        space: SpaceId,
        device: DeviceKey,
        role: Option<Role>,
    ) -> Result<RoleChanged, AppError> {
        let wanted = role.map(Into::into);
        let cuts = self
            .with(move |driver, reply| driver.change_role(space, device, wanted, reply))
            .await?;
        let cuts = cuts.into_iter().map(|cut| Cut {
            incarnation: cut.incarnation,
            log: cut.log.into(),
            seq: cut.seq,
        });
        Ok(RoleChanged {
            device,
            role,
            cuts: cuts.collect(),
        })
    }

    /// What is set aside in a space, by note and author: held by all, and part of no note.
    pub async fn set_aside(&self, space: SpaceId) -> Result<Vec<SetAside>, AppError> {
        self.ask(move |driver| driver.set_aside(space)).await
    }

    /// Makes what is set aside of a member part of its notes again, as far as it is held here. Owners only; durable
    /// here when it returns, and every member follows.
    pub async fn take_in(&self, space: SpaceId, device: DeviceKey) -> Result<TakenIn, AppError> {
        let edits = self
            .with(move |driver, reply| driver.take_in(space, device, reply))
            .await?;
        Ok(TakenIn { device, edits })
    }

    /// What leaving a space means now; an error where it cannot be left.
    pub async fn leaving(&self, space: SpaceId) -> Result<Leaving, AppError> {
        self.ask(move |driver| driver.leaving(space)).await
    }

    /// Leaves a space: this device takes no more part in it, and keeps what it has to be read. An owner is out of it for
    /// the others as well, who are told when they are met; anybody else is away. Durable when it returns. Refused where it
    /// means more than was agreed to.
    pub async fn leave(&self, space: SpaceId, agreed: Agreed) -> Result<Leaving, AppError> {
        self.with(move |driver, reply| driver.leave(space, agreed, reply))
            .await
    }

    /// Makes a ticket that lets one device in. Durable before it is returned. Owners only, at most 32 open.
    pub async fn invite(
        &self,
        space: SpaceId,
        role: Role,
        minutes: u32,
    ) -> Result<Invitation, AppError> {
        self.with(move |driver, reply| driver.invite(space, role, minutes, reply))
            .await
    }

    /// The other devices of all spaces, and addresses nobody answered at yet.
    pub async fn peers(&self) -> Result<Vec<PeerRow>, AppError> {
        self.ask(|driver| Ok(driver.peer_rows())).await
    }

    /// Keeps an address and dials it. Not reached is an answer, not an error.
    pub async fn add_peer(&self, address: &str) -> Result<PeerAdded, AppError> {
        let given = address.to_owned();
        let kept = self
            .with(move |driver, reply| driver.keep_manual(&given, reply))
            .await?;
        let dialled = self.with(move |driver, reply| driver.dial(kept, reply));
        tokio::time::timeout(DIAL_WAIT, dialled).await.unwrap_or_else(|_| {
            Err(AppError::new(
                Code::TimedOut,
                format!("{address} gave no answer in time. it is kept and tried again whenever skein runs"),
            ))
        })
    }

    /// The offline switch, kept over restarts: true closes every socket.
    pub async fn set_offline(&self, offline: bool) -> Result<(), AppError> {
        self.with(move |driver, reply| driver.set_offline(offline, reply))
            .await
    }

    /// Whether this device goes on syncing when its window is closed; `None` when nobody has said.
    pub async fn keep_syncing(&self) -> Result<Option<bool>, AppError> {
        self.ask(|driver| Ok(driver.keep_syncing())).await
    }

    /// Says whether it does; kept over restarts.
    pub async fn set_keep_syncing(&self, keep: bool) -> Result<(), AppError> {
        self.with(move |driver, reply| driver.set_keep_syncing(keep, reply))
            .await
    }

    /// What is durable here and what the others are known to hold.
    pub async fn status(&self) -> Result<Status, AppError> {
        self.ask(|driver| Ok(driver.status())).await
    }

    /// Returns when this device and that many others (all that are online, at least one, when absent) hold the same.
    pub async fn wait_heads_equal(
        &self,
        peers: Option<usize>,
        time: Duration,
    ) -> Result<Waited, AppError> {
        self.with(move |driver, reply| driver.wait_heads_equal(None, peers, time, reply))
            .await
    }

    /// Brings an open window to the front.
    pub async fn raise(&self) -> Result<(), AppError> {
        self.with(|driver, reply| driver.raise(reply)).await
    }
}
