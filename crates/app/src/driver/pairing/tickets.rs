//! Tickets: made here, served here, and looked for when this device joins by one.
//!
//! While a ticket is open the pairing port is too; all open tickets name the same one. It opens again
//! at every start until the last ticket has expired. A ticket that was used stays known until then, so
//! that the same device may finish a pairing that broke, and any other hears "used".

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use skein_net::Tag;
use skein_space::{DeviceKey, SpaceId, TagKey, Ticket, TicketId, TicketSecret};
use skein_store::{Op, TicketRow};
use tokio::sync::watch;

use crate::config::{OPEN_TICKETS, TICKET_GRACE, TICKET_MINUTES};
use crate::driver::clock::{random, wall_ms};
use crate::driver::network::TICKET_LABEL;
use crate::driver::{Driver, Reply};
use crate::error::{AppError, Code};
use crate::view::{Invitation, Role};

/// Tickets of this device, and those it looks for.
#[derive(Default)]
pub(in crate::driver) struct Tickets {
    /// Known tickets: open, used, or expired a moment ago.
    pub(super) rows: BTreeMap<TicketId, TicketRow>,
    /// Used, but not durably yet.
    pub(super) bound: BTreeMap<TicketId, DeviceKey>,
    /// Tickets this device joins by: where their inviters are seen, by label.
    sought: BTreeMap<u32, Sought>,
    last_label: u32,
}

/// A ticket this device joins by.
struct Sought {
    tag: TagKey,
    seen: watch::Sender<Vec<SocketAddr>>,
}

impl Tickets {
    /// When the first ticket is forgotten.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let soonest = self.rows.values().map(|row| row.expiry_s).min()?;
        let left_s = soonest.saturating_sub(now_s()) + TICKET_GRACE.as_secs();
        Some(Instant::now() + Duration::from_secs(left_s.max(1)))
    }

    fn open(&self) -> impl Iterator<Item = &TicketRow> {
        let now = now_s();
        let unused = move |row: &&TicketRow| row.bound.is_none() && row.expiry_s > now;
        self.rows.values().filter(unused)
    }
}

pub(super) fn now_s() -> u64 {
    u64::try_from(wall_ms() / 1000).unwrap_or(0)
}

impl Driver {
    /// Reads the tickets and opens the pairing port they name. One whose port is busy is void, and said so.
    pub(in crate::driver) fn open_tickets(&mut self) {
        let rows = match self.held.reader().tickets() {
            Ok(rows) => rows,
            Err(error) => return tracing::error!("the tickets cannot be read: {error}"),
        };
        self.pairing.tickets.rows = rows.into_iter().map(|row| (row.ticket, row)).collect();
        self.end_old_tickets();
        for space in self.engine.spaces() {
            // The process ended between leaving and this.
            if self.engine.has_left_space(space) {
                let void = self.forget_tickets_of(space);
                self.submit(void.into_iter().map(Op::ForgetTicket).collect());
            }
        }
        if self.pairing.tickets.rows.is_empty() || !self.has_network() || self.is_offline() {
            return;
        }
        let port = self.settings.pairing_port;
        if let Err(error) = self.open_door(Some(port)) {
            let void: Vec<TicketId> = self.pairing.tickets.rows.keys().copied().collect();
            self.pairing.tickets.rows.clear();
            self.submit(void.into_iter().map(Op::ForgetTicket).collect());
            self.telling.notice(
                "tickets_void",
                format!("{error}, so the tickets that named it are void. nothing else changed. make new ones"),
            );
        }
        self.announce();
    }

    /// Takes the tickets of a space out of use; they are still to be forgotten on disk.
    pub(in crate::driver) fn forget_tickets_of(&mut self, space: SpaceId) -> Vec<TicketId> {
        let rows = self.pairing.tickets.rows.values();
        let of_it = rows.filter(|row| row.space == space);
        let of_it: Vec<TicketId> = of_it.map(|row| row.ticket).collect();
        for ticket in &of_it {
            self.pairing.tickets.rows.remove(ticket);
            self.pairing.tickets.bound.remove(ticket);
        }
        of_it
    }

    /// Forgets tickets that expired a while ago; until then a late joiner is told.
    pub(in crate::driver) fn end_old_tickets(&mut self) {
        let now = now_s();
        let over = |row: &TicketRow| row.expiry_s.saturating_add(TICKET_GRACE.as_secs()) <= now;
        let old: Vec<TicketId> = self
            .pairing
            .tickets
            .rows
            .values()
            .filter(|row| over(row))
            .map(|row| row.ticket)
            .collect();
        if old.is_empty() {
            return;
        }
        for ticket in &old {
            self.pairing.tickets.rows.remove(ticket);
            self.pairing.tickets.bound.remove(ticket);
        }
        self.submit(old.into_iter().map(Op::ForgetTicket).collect());
        self.close_unneeded_door();
    }

    /// Makes a ticket; answered when it is durable.
    pub(crate) fn invite(
        &mut self,
        space: SpaceId,
        role: Role,
        minutes: u32,
        reply: Reply<Invitation>,
    ) {
        match self.new_ticket(space, role, minutes) {
            Ok((invitation, ops)) => {
                self.submit_then(ops, reply, move |()| invitation);
                self.announce();
            }
            Err(error) => {
                // Whoever asked may have gone.
                let _ = reply.send(Err(error));
            }
        }
    }

    fn new_ticket(
        &mut self,
        space: SpaceId,
        role: Role,
        minutes: u32,
    ) -> Result<(Invitation, Vec<Op>), AppError> {
        self.may_invite(space, minutes)?;
        let kept = (!self.pairing.tickets.rows.is_empty()).then_some(self.settings.pairing_port);
        let has_network = self.has_network();
        let door = self.open_door(kept)?;
        if !has_network {
            door.task = None;
        }
        let (port, mut addresses) = (door.port, door.addresses.clone());
        addresses.truncate(skein_space::config::MAX_TICKET_ADDRESSES);
        let expiry_s = now_s() + u64::from(minutes) * 60;
        let secret: [u8; 32] = random();
        let ticket = Ticket {
            space,
            inviter: self.device(),
            secret: TicketSecret::new(secret),
            expiry_s,
            addresses,
        };
        let text = ticket
            .text()
            .map_err(|error| AppError::new(Code::TooMuch, error.to_string()))?;
        let row = TicketRow {
            ticket: ticket.secret.id(),
            space,
            secret,
            role: role.into(),
            expiry_s,
            port,
            bound: None,
        };
        self.pairing.tickets.rows.insert(row.ticket, row.clone());
        let ops = vec![self.keep_pairing_port(port), Op::Ticket(row)];
        let invitation = Invitation {
            ticket: text,
            space,
            role,
            expires_at_ms: i64::try_from(expiry_s * 1000).unwrap_or(i64::MAX),
        };
        Ok((invitation, ops))
    }

    fn may_invite(&self, space: SpaceId, minutes: u32) -> Result<(), AppError> {
        self.must_own(space)?;
        if !(1..=TICKET_MINUTES).contains(&minutes) {
            return Err(AppError::new(
                Code::BadArgument,
                format!("a ticket is good for 1 to {TICKET_MINUTES} minutes. nothing was made"),
            ));
        }
        if self.has_network() && self.is_offline() {
            return Err(AppError::new(
                Code::Offline,
                "this device is set to offline, so nobody could use the ticket. nothing was made. go online first",
            ));
        }
        if self.pairing.tickets.open().count() >= OPEN_TICKETS {
            return Err(AppError::new(
                Code::TooMuch,
                format!(
                    "{OPEN_TICKETS} tickets are open already. nothing was made. wait until one expires"
                ),
            ));
        }
        Ok(())
    }

    /// Tags of announcements: open tickets are shown, sought ones recognised.
    pub(in crate::driver) fn ticket_tags(&self) -> Vec<Tag> {
        let shown = self
            .pairing
            .door
            .iter()
            .flat_map(|_| self.pairing.tickets.open())
            .map(|row| Tag {
                label: TICKET_LABEL,
                key: TicketSecret::new(row.secret).tag_key(),
                shown: true,
                dial: false,
            });
        let sought = self
            .pairing
            .tickets
            .sought
            .iter()
            .map(|(label, sought)| Tag {
                label: *label,
                key: sought.tag.clone(),
                shown: false,
                dial: false,
            });
        shown.chain(sought).collect()
    }

    /// Looks for the inviter of a ticket on the local network, until the receiver is dropped.
    pub(crate) fn seek_ticket(&mut self, tag: TagKey) -> watch::Receiver<Vec<SocketAddr>> {
        self.pairing
            .tickets
            .sought
            .retain(|_, sought| !sought.seen.is_closed());
        self.pairing.tickets.last_label += 1;
        let (seen, receiver) = watch::channel(Vec::new());
        self.pairing
            .tickets
            .sought
            .insert(self.pairing.tickets.last_label, Sought { tag, seen });
        self.announce();
        receiver
    }

    /// Somebody on the local network shows tags we know: the inviter of a sought ticket, perhaps.
    pub(in crate::driver) fn ticket_seen(&mut self, places: &[SocketAddr], labels: &[u32]) {
        if places.is_empty() {
            return;
        }
        for label in labels {
            if let Some(sought) = self.pairing.tickets.sought.get(label) {
                // The joiner may have found its way already.
                let _ = sought.seen.send(places.to_vec());
            }
        }
    }
}
