//! The beginning: a space, its members, and everybody connected.

use skein_space::{Incarnation, Member, Nonce, Role, Statement};
use skein_sync::{AdmitError, Input, RequestId};
use std::sync::Arc;

use super::{Cluster, chance};
use crate::config::DIAL_MS;
use crate::device::Device;
use crate::event::Happening;
use crate::plan::Part;

/// How long founding and joining may take, ms.
const SETUP_MS: u64 = 60_000;

impl Cluster {
    /// Switches everybody on, founds the space and lets everybody in who does not come late; then plans what
    /// happens.
    pub fn begin(&mut self) {
        for device in 0..self.devices.len() {
            let started = self.devices[device].start(device, self.now_ms);
            if let Err(error) = started {
                return self.fail("an empty disk takes a profile", error);
            }
        }
        let found = Input::Found {
            request: RequestId(0),
            nonce: Nonce(chance::bytes(&mut self.rng)),
            incarnation: Incarnation(chance::bytes(&mut self.rng)),
            secret: chance::bytes(&mut self.rng),
            names: Device::names(0),
            recovery: None,
        };
        self.give(0, found);
        self.run_while(SETUP_MS, |cluster| cluster.devices[0].joined);
        for device in 1..self.devices.len() {
            if !self.plan.world.late.contains(&device) {
                self.invite(device);
                self.run_while(SETUP_MS, |cluster| cluster.devices[device].joined);
            }
        }
        self.future.plan(self.now_ms + 1, Happening::Dial);
        self.run_for(2 * DIAL_MS);
        for (index, timed) in self.plan.ops.iter().enumerate() {
            self.future
                .plan(self.now_ms + timed.at_ms, Happening::Op(index));
        }
    }

    /// An owner lets a device in, if both are there: the founder, while it is one.
    pub(crate) fn invite(&mut self, device: usize) {
        if self.devices[device].joined || !self.is_up(device) {
            return;
        }
        let owner = (0..self.devices.len()).find(|owner| {
            let of = &self.devices[*owner];
            of.part.is_honest() && !of.stale && self.role(*owner) == Some(Role::Owner)
        });
        if let Some(owner) = owner {
            self.let_in(owner, device);
        }
    }

    /// An owner lets a device in.
    pub(crate) fn let_in(&mut self, owner: usize, device: usize) {
        let role = match self.devices[device].part {
            Part::Founder => Role::Owner,
            Part::Editor | Part::Liar => Role::Editor,
            Part::Viewer | Part::LyingViewer => Role::Viewer,
        };
        let member = self.member(device, role);
        let admit = Input::Admit {
            request: RequestId(device as u64),
            space: self.space,
            member,
            ticket: None,
            // Not drawn: most times it is not used, and a seed stays the run it was.
            secret: [device as u8; 32],
        };
        self.give(owner, admit);
    }

    /// What a Member entry about a device says.
    pub fn member(&self, device: usize, role: Role) -> Member {
        let root = &self.devices[device].root;
        let names = Device::names(device);
        let statement = Statement::sign(
            &root.transport_signer(),
            &self.space,
            &root.device_key(),
            &names.person,
            &names.device_name,
        );
        Member::SetRole {
            subject: root.device_key(),
            role,
            statement: statement.expect("short names"),
        }
    }

    pub(super) fn admitted(
        &mut self,
        owner: usize,
        request: RequestId,
        result: Result<Vec<Arc<skein_space::Entry>>, AdmitError>,
    ) {
        let device = request.0 as usize;
        let Ok(roster) = result else {
            return;
        };
        // Right after a removal elsewhere there may be none for a moment: it is invited again.
        let Some(secret) = self.current_secret(owner) else {
            return;
        };
        let is_in = self.devices[device].joined && self.role(device).is_some();
        // It may have been removed again before this could be said.
        if !self.is_up(device) || is_in || self.role_of(owner, device).is_none() {
            return;
        }
        let joined = Input::Joined {
            request,
            space: self.space,
            incarnation: Incarnation(chance::bytes(&mut self.rng)),
            secret,
            roster,
        };
        let life = self.life(device);
        let at_ms = self.now_ms + self.between(1, 50);
        self.future
            .plan(at_ms, Happening::Give(life, Box::new(joined)));
    }
}
