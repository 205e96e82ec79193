//! Whether what lying members said had no effect it must not have.

use crate::cluster::Cluster;

impl Cluster {
    /// No store holds a forgery, and what the gate must refuse is marked so wherever it is held.
    pub(crate) fn check_lies(&mut self) {
        for device in self.honest() {
            let Some(process) = &self.devices[device].process else {
                continue;
            };
            let Ok(contents) = super::contents::of(process.held.reader()) else {
                continue;
            };
            let held = contents.hashes();
            let mut never = self.ledger.never_held.iter();
            let forged = never.find(|(hash, _)| held.contains(hash));
            if let Some((_, lie)) = forged {
                let seen = format!("device {device} holds {lie}");
                return self.fail("no forgery is held", seen);
            }
            let rows = contents.graphs.values().flatten();
            let wrong = rows
                .filter_map(|row| Some((row, self.ledger.refused.get(&row.hash)?)))
                .find(|(row, _)| row.refused.is_none());
            if let Some((_, lie)) = wrong {
                let seen = format!("device {device} took {lie}");
                return self.fail("no invalid entry is applied", seen);
            }
        }
    }
}
