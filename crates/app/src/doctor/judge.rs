//! From observations to findings.

use std::collections::{BTreeMap, BTreeSet};

use skein_net::doctor::{Facts, Kind, Own};
use skein_space::DeviceKey;

use super::words::{Subject, finding};
use super::{Dialled, Seen, SeenMember, Standing};
use crate::config::DOCTOR_FINDINGS;
use crate::view::{Cause, Ended, Finding};

/// Findings, the most telling first; never none.
pub(crate) fn judge(seen: &Seen) -> Vec<Finding> {
    let mut found = Found {
        seen,
        subjects: Vec::new(),
    };
    if seen.offline {
        found.add(Subject::of(Cause::Offline));
    } else if let Some(facts) = &seen.facts {
        found.everything(facts);
    }
    let mut findings: Vec<Finding> = found.subjects.iter().map(finding).collect();
    // Stable: among findings of one cause those stay first that were found first.
    findings.sort_by_key(|one| (place(one.code, one.certain), one.code));
    findings.truncate(DOCTOR_FINDINGS);
    findings
}

/// What this machine is sure to do wrong stands before what others may do wrong.
fn place(cause: Cause, certain: bool) -> u8 {
    match cause {
        Cause::Offline | Cause::NoInterface | Cause::NobodyElse => 0,
        Cause::VpnTakes | Cause::MulticastBlocked | Cause::OwnFirewall | Cause::NotListening => 1,
        Cause::OtherVersion | Cause::FirewallThere | Cause::NotAMember if certain => 2,
        Cause::OtherVersion | Cause::FirewallThere | Cause::NotAMember => 3,
        Cause::Refused | Cause::OwnAddress => 4,
        Cause::Isolated => 5,
        Cause::VpnOn => 6,
        Cause::NoAnswer | Cause::NoWay => 7,
        Cause::NotHere => 8,
        Cause::Connected => 9,
    }
}

struct Found<'a> {
    seen: &'a Seen,
    subjects: Vec<Subject<'a>>,
}

impl<'a> Found<'a> {
    fn add(&mut self, subject: Subject<'a>) {
        self.subjects.push(subject);
    }

    fn everything(&mut self, facts: &'a Facts) {
        let seen = self.seen;
        for member in &seen.members {
            match &member.standing {
                Standing::Connected { address, announced } => self.add(Subject {
                    member: Some(member),
                    address: *address,
                    announced: *announced,
                    ..Subject::of(Cause::Connected)
                }),
                Standing::Mute => self.add(Subject {
                    member: Some(member),
                    certain: false,
                    ..Subject::of(Cause::OtherVersion)
                }),
                Standing::Away => {}
            }
        }
        if seen.members.is_empty() {
            self.add(Subject::of(Cause::NobodyElse));
        }
        if facts
            .interfaces
            .iter()
            .all(|one| one.kind == Kind::Loopback)
        {
            self.add(Subject::of(Cause::NoInterface));
            return;
        }
        let away = |member: &&SeenMember| member.standing == Standing::Away;
        let away: Vec<&SeenMember> = seen.members.iter().filter(away).collect();
        if !away.is_empty() {
            self.this_machine(facts);
        }
        self.addresses();
        if !away.is_empty() {
            self.the_network(facts, &away);
        }
    }

    /// What stops everybody, whoever is away.
    fn this_machine(&mut self, facts: &'a Facts) {
        let seen = self.seen;
        let mut taken: BTreeMap<&str, &Dialled> = BTreeMap::new();
        for dialled in seen.dialled.iter().filter(|one| is_silent(one.ended)) {
            if let Some(tunnel) = &dialled.tunnel {
                taken.entry(tunnel).or_insert(dialled);
            }
        }
        for (tunnel, dialled) in &taken {
            self.add(Subject {
                interface: Some(tunnel),
                address: Some(dialled.address),
                member: self.member(dialled.whose),
                ..Subject::of(Cause::VpnTakes)
            });
        }
        let tunnel = facts.default_way.as_deref().filter(|name| {
            let mut all = facts.interfaces.iter();
            all.any(|one| one.name == *name && one.kind == Kind::Tunnel)
        });
        if let Some(tunnel) = tunnel.filter(|name| !taken.contains_key(name)) {
            self.add(Subject {
                interface: Some(tunnel),
                certain: false,
                ..Subject::of(Cause::VpnOn)
            });
        }
        if matches!(facts.multicast.own, Own::Lost | Own::Refused) {
            self.add(Subject {
                // That it did not leave is certain; that it was lost on the way back is too, why is not.
                certain: facts.multicast.own == Own::Refused,
                ..Subject::of(Cause::MulticastBlocked)
            });
        }
        if seen.listening.is_empty() {
            self.add(Subject::of(Cause::NotListening));
        } else if facts.own_port == Some(false) {
            self.add(Subject {
                address: seen.listening.first().copied(),
                ..Subject::of(Cause::OwnFirewall)
            });
        }
    }

    /// What came of the addresses: of those of one member the one that says most.
    fn addresses(&mut self) {
        let seen = self.seen;
        let mut best: BTreeMap<Option<DeviceKey>, Subject<'a>> = BTreeMap::new();
        for dialled in &seen.dialled {
            let Some(subject) = self.address(dialled) else {
                continue;
            };
            // An announcement outlives its sender for a while, and then its port refuses: silence says more.
            let rank = |one: &Subject| (place(one.cause, one.certain), one.refused);
            match dialled.whose {
                // Nobody is known there: each is a question of its own.
                None => self.add(subject),
                Some(_) => {
                    let before = best.get(&dialled.whose);
                    if before.is_none_or(|before| rank(&subject) < rank(before)) {
                        best.insert(dialled.whose, subject);
                    }
                }
            }
        }
        self.subjects.extend(best.into_values());
    }

    fn address(&self, dialled: &'a Dialled) -> Option<Subject<'a>> {
        let member = self.member(dialled.whose);
        if member.is_some_and(|member| member.standing != Standing::Away) {
            return None; // an old address of somebody who is here
        }
        let (cause, certain) = match dialled.ended {
            Ended::Reached => return None,
            Ended::Stranger => (Cause::NotAMember, true),
            Ended::Unknown => (Cause::NotAMember, false),
            Ended::Myself => (Cause::OwnAddress, true),
            // The tunnel is the finding.
            _ if dialled.tunnel.is_some() => return None,
            Ended::Refused | Ended::NoAnswer if dialled.announced => (Cause::FirewallThere, false),
            Ended::Refused => (Cause::Refused, true),
            Ended::NoAnswer => (Cause::NoAnswer, true),
            Ended::NoWay => (Cause::NoWay, true),
        };
        Some(Subject {
            member,
            certain,
            address: Some(dialled.address),
            refused: dialled.ended == Ended::Refused,
            ..Subject::of(cause)
        })
    }

    /// What the silence means.
    fn the_network(&mut self, facts: &'a Facts, away: &[&'a SeenMember]) {
        let seen = self.seen;
        let announced = seen.dialled.iter().any(|one| one.announced);
        let heard = announced || facts.multicast.others > 0;
        let anybody = seen.members.len() > away.len();
        if seen.searching && facts.multicast.own == Own::Back && !heard && !anybody {
            let silent = seen.dialled.iter().find(|one| is_silent(one.ended));
            self.add(Subject {
                address: silent.map(|one| one.address),
                certain: false,
                ..Subject::of(Cause::Isolated)
            });
        }
        let told: BTreeSet<DeviceKey> = self
            .subjects
            .iter()
            .filter_map(|subject| Some(subject.member?.device))
            .collect();
        let explained = self
            .subjects
            .iter()
            .any(|one| one.cause != Cause::Connected);
        for member in away {
            let of_it = told.contains(&member.device);
            if !of_it && (heard || !explained || anybody) {
                self.add(Subject {
                    member: Some(member),
                    certain: false,
                    ..Subject::of(Cause::NotHere)
                });
            }
        }
    }

    fn member(&self, device: Option<DeviceKey>) -> Option<&'a SeenMember> {
        let mut members = self.seen.members.iter();
        members.find(|member| Some(member.device) == device)
    }
}

fn is_silent(ended: Ended) -> bool {
    matches!(ended, Ended::Refused | Ended::NoAnswer | Ended::NoWay)
}
