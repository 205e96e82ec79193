//! Why nobody is found: looks, asks, dials, and has the judgement made.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use skein_net::doctor::{Facts, Kind, interfaces, look, way_to};
use skein_space::DeviceKey;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::App;
use crate::address::to_text;
use crate::config::{DOCTOR_ADDRESSES, DOCTOR_AGAIN, DOCTOR_LISTEN, DOCTOR_TIME};
use crate::doctor::{Dialled, Seen, judge};
use crate::driver::{Asking, Chart};
use crate::error::AppError;
use crate::view::{Cause, Diagnosis, Ended, Tried};

impl App {
    /// Why no other device is connected, or which are. Takes at most about six seconds; with the offline switch on it
    /// opens nothing and answers at once.
    pub async fn diagnose(&self) -> Result<Diagnosis, AppError> {
        let asking = self.inner.asking.clone();
        let looked = self.inner.io.handle().spawn(diagnose(asking));
        looked.await.unwrap_or_else(|_| Err(AppError::stopping()))
    }
}

async fn diagnose(asking: Asking) -> Result<Diagnosis, AppError> {
    let began = Instant::now();
    let chart = asking.ask(|driver| Ok(driver.chart())).await?;
    let mut seen = seen(&chart);
    let mut dials = Dials::new(asking.clone());
    if !chart.offline {
        dials.begin(&chart);
        let port = chart.listening.first().map(SocketAddr::port);
        let again = async {
            sleep(DOCTOR_AGAIN).await;
            asking.ask(|driver| Ok(driver.chart())).await
        };
        let (facts, heard) = tokio::join!(look(port, DOCTOR_LISTEN), again);
        dials.begin(&heard?);
        dials.end(began + DOCTOR_TIME).await;
        let last = asking.ask(|driver| Ok(driver.chart())).await?;
        seen = self::seen(&last);
        seen.dialled = dials.dialled(&last, &facts);
        seen.facts = Some(facts);
    }
    Ok(report(&seen, began.elapsed()))
}

fn seen(chart: &Chart) -> Seen {
    Seen {
        offline: chart.offline,
        searching: chart.searching,
        listening: chart.listening.clone(),
        facts: None,
        members: chart.members.clone(),
        dialled: Vec::new(),
    }
}

fn report(seen: &Seen, took: Duration) -> Diagnosis {
    let findings = judge(seen);
    let tried = seen.dialled.iter().map(|dialled| Tried {
        address: to_text(dialled.address),
        device: dialled.whose,
        device_name: seen
            .members
            .iter()
            .find(|member| Some(member.device) == dialled.whose)
            .map(|member| member.device_name.clone()),
        announced: dialled.announced,
        ended: dialled.ended,
    });
    let connected = findings.iter().filter(|one| one.code == Cause::Connected);
    Diagnosis {
        connected: connected.count(),
        tried: tried.collect(),
        findings,
        took_ms: took.as_millis().try_into().unwrap_or(u64::MAX),
    }
}

/// Dials for one look.
struct Dials {
    asking: Asking,
    whose: BTreeMap<SocketAddr, Option<DeviceKey>>,
    under_way: JoinSet<(SocketAddr, Result<Ended, AppError>)>,
    ended: BTreeMap<SocketAddr, Ended>,
}

impl Dials {
    fn new(asking: Asking) -> Self {
        Self {
            asking,
            whose: BTreeMap::new(),
            under_way: JoinSet::new(),
            ended: BTreeMap::new(),
        }
    }

    /// Dials what is new: kept and typed addresses, then those announced while somebody is away.
    fn begin(&mut self, chart: &Chart) {
        for (address, device) in &chart.kept {
            self.dial(*address, *device);
        }
        let away =
            |member: &crate::doctor::SeenMember| member.standing == crate::doctor::Standing::Away;
        if chart.members.iter().any(away) {
            for address in &chart.announced {
                // Who is announced at an address that was kept is most likely whose it was.
                let kept = chart
                    .kept
                    .iter()
                    .find(|(kept, _)| kept.ip() == address.ip());
                self.dial(*address, kept.and_then(|(_, device)| *device));
            }
        }
    }

    fn dial(&mut self, address: SocketAddr, device: Option<DeviceKey>) {
        if self.whose.contains_key(&address) || self.whose.len() >= DOCTOR_ADDRESSES {
            return;
        }
        self.whose.insert(address, device);
        let asking = self.asking.clone();
        self.under_way.spawn(async move {
            let dialled = asking.with(move |driver, reply| driver.dial_for_doctor(address, reply));
            (address, dialled.await)
        });
    }

    /// Waits for all, until that time.
    async fn end(&mut self, deadline: Instant) {
        while let Ok(Some(joined)) = timeout_at(deadline, self.under_way.join_next()).await {
            if let Ok((address, Ok(ended))) = joined {
                self.ended.insert(address, ended);
            }
        }
    }

    fn dialled(&self, chart: &Chart, facts: &Facts) -> Vec<Dialled> {
        let interfaces = interfaces();
        let tunnel = |address: SocketAddr| {
            let way = way_to(address, &interfaces)?;
            let mut all = facts.interfaces.iter();
            all.find(|one| one.name == way && one.kind == Kind::Tunnel)
                .map(|one| one.name.clone())
        };
        let one = |(address, whose): (&SocketAddr, &Option<DeviceKey>)| Dialled {
            address: *address,
            whose: *whose,
            announced: chart.announced.contains(address),
            tunnel: tunnel(*address),
            ended: self.ended.get(address).copied().unwrap_or(Ended::NoAnswer),
        };
        self.whose.iter().map(one).collect()
    }
}
