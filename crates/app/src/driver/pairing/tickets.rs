//! Tickets: made here, served here, and looked for when this device joins by one.
//!
//! While a ticket is open a pairing port is too; all open tickets name the same one. It opens again
//! at every start until the last ticket has expired. A ticket that was used stays known until then, so
//! that the same device may finish a pairing that broke, and any other hears "used".

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use skein_net::Tag;
use skein_net::pair::PairListener;
use skein_space::{DeviceKey, Root, SpaceId, TagKey, Ticket, TicketId, TicketSecret};
use skein_store::{Op, TicketRow};
use tokio::sync::{mpsc, watch};

use super::admitting::serve;
use super::asking::Asking;
use super::clock::{random, wall_ms};
use super::network::TICKET_LABEL;
use super::{Driver, Job, Reply};
use crate::config::{OPEN_TICKETS, TICKET_GRACE, TICKET_MINUTES};
use crate::error::{AppError, Code};
use crate::view::{Invitation, Role};

/// Tickets of this device, and those it looks for.
pub(super) struct Tickets {
    asking: Asking,
    io: tokio::runtime::Handle,
    pub(super) root: Root,
    /// Known tickets: open, used, or expired a moment ago.
    pub(super) rows: BTreeMap<TicketId, TicketRow>,
    /// Used, but not durably yet.
    pub(super) bound: BTreeMap<TicketId, DeviceKey>,
    door: Option<Door>,
    /// Tickets this device joins by: where their inviters are seen, by label.
    sought: BTreeMap<u32, Sought>,
    last_label: u32,
}

/// An open pairing port. Dropping it closes the port; a pairing that began goes on.
struct Door {
    port: u16,
    addresses: Vec<SocketAddr>,
    /// `None` without a network: then only the port is known, and the next start serves it.
    task: Option<tokio::task::JoinSet<()>>,
}

/// A ticket this device joins by.
struct Sought {
    tag: TagKey,
    seen: watch::Sender<Vec<SocketAddr>>,
}

impl Tickets {
    pub(super) fn new(jobs: mpsc::WeakSender<Job>, io: tokio::runtime::Handle, root: Root) -> Self {
        Self {
            asking: Asking::new(jobs),
            io,
            root,
            rows: BTreeMap::new(),
            bound: BTreeMap::new(),
            door: None,
            sought: BTreeMap::new(),
            last_label: TICKET_LABEL,
        }
    }

    /// When the first ticket is forgotten.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let soonest = self.rows.values().map(|row| row.expiry_s).min()?;
        let left_s = soonest.saturating_sub(now_s()) + TICKET_GRACE.as_secs();
        Some(Instant::now() + Duration::from_secs(left_s.max(1)))
    }

    /// The pairing port that announcements show.
    pub(super) fn announced_port(&self) -> Option<u16> {
        let open = self.door.as_ref().filter(|door| door.task.is_some());
        open.map(|door| door.port)
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
    pub(super) fn open_tickets(&mut self) {
        let rows = match self.held.reader().tickets() {
            Ok(rows) => rows,
            Err(error) => return tracing::error!("the tickets cannot be read: {error}"),
        };
        self.tickets.rows = rows.into_iter().map(|row| (row.ticket, row)).collect();
        self.end_old_tickets();
        if self.tickets.rows.is_empty() || !self.has_network() || self.is_offline() {
            return;
        }
        let port = self.settings.pairing_port;
        if let Err(error) = self.open_door(Some(port)) {
            let void: Vec<TicketId> = self.tickets.rows.keys().copied().collect();
            self.tickets.rows.clear();
            self.submit(void.into_iter().map(Op::ForgetTicket).collect());
            self.telling.notice(
                "tickets_void",
                format!("{error}, so the tickets that named it are void. nothing else changed. make new ones"),
            );
        }
        self.announce();
    }

    fn open_door(&mut self, port: Option<u16>) -> Result<(), AppError> {
        if self.tickets.door.is_some() {
            return Ok(());
        }
        let _in_io = self.tickets.io.enter();
        let port = port.filter(|port| *port != 0);
        let mut listener = PairListener::open(port).map_err(|error| {
            AppError::new(
                Code::PortBusy,
                format!("the pairing port cannot be opened: {error}"),
            )
        })?;
        let (port, addresses) = (listener.port(), listener.addresses());
        let mut task = tokio::task::JoinSet::new();
        let (asking, root) = (self.tickets.asking.clone(), self.tickets.root.clone());
        task.spawn(async move {
            while let Some(conversation) = listener.next().await {
                let (asking, root) = (asking.clone(), root.clone());
                tokio::spawn(async move {
                    if let Err(error) = serve(conversation, &asking, &root).await {
                        // Never told to the other side; a stranger may have knocked.
                        tracing::info!("a pairing ended: {error}");
                    }
                });
            }
        });
        self.tickets.door = Some(Door {
            port,
            addresses,
            task: Some(task),
        });
        Ok(())
    }

    /// Closes the pairing port: offline, quit, or no ticket left.
    pub(super) fn close_pairing(&mut self) {
        if self.tickets.door.take().is_some() {
            self.announce();
        }
    }

    /// Forgets tickets that expired a while ago; until then a late joiner is told.
    pub(super) fn end_old_tickets(&mut self) {
        let now = now_s();
        let over = |row: &TicketRow| row.expiry_s.saturating_add(TICKET_GRACE.as_secs()) <= now;
        let old: Vec<TicketId> = self
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
            self.tickets.rows.remove(ticket);
            self.tickets.bound.remove(ticket);
        }
        self.submit(old.into_iter().map(Op::ForgetTicket).collect());
        if self.tickets.rows.is_empty() {
            self.close_pairing();
        }
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
        let kept = (!self.tickets.rows.is_empty()).then_some(self.settings.pairing_port);
        self.open_door(kept)?;
        let has_network = self.has_network();
        let Some(door) = &mut self.tickets.door else {
            return Err(AppError::stopping());
        };
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
        self.tickets.rows.insert(row.ticket, row.clone());
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
        if self.engine.role(space) != Some(skein_space::Role::Owner) {
            return Err(AppError::new(
                Code::NotAllowed,
                "only an owner's device lets somebody in. nothing was changed. ask an owner",
            ));
        }
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
        if self.tickets.open().count() >= OPEN_TICKETS {
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
    pub(super) fn ticket_tags(&self) -> Vec<Tag> {
        let shown = self
            .tickets
            .door
            .iter()
            .flat_map(|_| self.tickets.open())
            .map(|row| Tag {
                label: TICKET_LABEL,
                key: TicketSecret::new(row.secret).tag_key(),
                shown: true,
                dial: false,
            });
        let sought = self.tickets.sought.iter().map(|(label, sought)| Tag {
            label: *label,
            key: sought.tag.clone(),
            shown: false,
            dial: false,
        });
        shown.chain(sought).collect()
    }

    /// Looks for the inviter of a ticket on the local network, until the receiver is dropped.
    pub(crate) fn seek_ticket(&mut self, tag: TagKey) -> watch::Receiver<Vec<SocketAddr>> {
        self.tickets
            .sought
            .retain(|_, sought| !sought.seen.is_closed());
        self.tickets.last_label += 1;
        let (seen, receiver) = watch::channel(Vec::new());
        self.tickets
            .sought
            .insert(self.tickets.last_label, Sought { tag, seen });
        self.announce();
        receiver
    }

    /// Somebody on the local network shows tags we know: the inviter of a sought ticket, perhaps.
    pub(super) fn ticket_seen(
        &mut self,
        addresses: &[SocketAddr],
        port: Option<u16>,
        labels: &[u32],
    ) {
        let Some(port) = port else { return };
        let addresses: Vec<SocketAddr> = addresses
            .iter()
            .map(|address| {
                let mut address = *address;
                address.set_port(port);
                address
            })
            .collect();
        for label in labels {
            if let Some(sought) = self.tickets.sought.get(label) {
                // The joiner may have found its way already.
                let _ = sought.seen.send(addresses.clone());
            }
        }
    }
}
