//! What this person, device and machine are called before anybody says otherwise.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::config::NAME_BYTES;

/// The system user's full name where it is known, else the login name, else "somebody".
pub fn default_person() -> String {
    let login = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = own_user_id().map(|id| id.to_string());
    let account = accounts
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.len() > 4 && Some(fields[2]) == own.as_deref());
    let full = account
        .as_ref()
        .and_then(|fields| fields[4].split(',').next())
        .filter(|name| !name.trim().is_empty())
        .map(str::to_owned);
    let name = full
        .or(login)
        .or_else(|| account.map(|fields| fields[0].to_owned()))
        .unwrap_or_else(|| "somebody".into());
    clip(name.trim())
}

/// The host's name, else "this device".
pub fn default_device_name() -> String {
    let host = ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_default();
    match host.trim() {
        "" => "this device".into(),
        name => clip(name),
    }
}

/// What tells this machine from a copy of its disk in another one; `None` where the system has no such id.
///
/// Never leaves the device; a profile that was moved writes under a new incarnation.
pub fn machine_id() -> Option<String> {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .into_iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty())
}

/// The user this process runs as: the owner of its own entry in /proc.
pub(crate) fn own_user_id() -> Option<u32> {
    fs::metadata(Path::new("/proc/self"))
        .ok()
        .map(|meta| meta.uid())
}

/// Cuts a name at the last character boundary within the limit of names.
fn clip(name: &str) -> String {
    let mut end = name.len().min(NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}
