//! The key store of Linux desktops: the Secret Service on the session bus (GNOME Keyring, KWallet, KeePassXC).
//!
//! Each call has a connection of its own. To leave a prompt that nobody answers, the connection is dropped, and the
//! service takes its prompt back.

use std::collections::HashMap;
use std::time::Duration;

use secret_service::{Collection, EncryptionType, Error, Item, SecretService};
use skein_space::DeviceKey;
use zeroize::Zeroizing;

use super::{KeyStore, KeyStoreError, Patience};
use crate::config::{KEY_STORE_ANSWER, KEY_STORE_PERSON};

/// Names our items among those of other programs.
const APPLICATION: &str = "net.skein.notes";
/// The collection that programs use when nobody says which.
const DEFAULT: &str = "default";

/// The Secret Service of the session this process runs in.
#[derive(Debug)]
pub(super) struct StoreOnBus;

impl KeyStore for StoreOnBus {
    fn read(
        &self,
        device: DeviceKey,
        patience: &Patience,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        wait(patience, read(device))
    }

    fn write(
        &self,
        device: DeviceKey,
        secret: &[u8; 32],
        patience: &Patience,
    ) -> Result<(), KeyStoreError> {
        wait(patience, write(device, secret))
    }

    fn erase(&self, device: DeviceKey, patience: &Patience) -> Result<(), KeyStoreError> {
        wait(patience, erase(device))
    }
}

/// Waits on a runtime of its own, for the work or for being called off.
fn wait<T>(
    patience: &Patience,
    work: impl Future<Output = Result<T, KeyStoreError>>,
) -> Result<T, KeyStoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| KeyStoreError::NoAnswer(error.to_string()))?;
    let result = runtime.block_on(async {
        tokio::select! {
            biased;
            () = patience.called_off() => Err(KeyStoreError::CalledOff),
            done = work => done,
        }
    });
    runtime.shutdown_background();
    result
}

/// What a machine answers by itself.
async fn answer<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, KeyStoreError> {
    let silent = || KeyStoreError::NoAnswer(format!("waited {} s", KEY_STORE_ANSWER.as_secs()));
    within(KEY_STORE_ANSWER, call, silent).await
}

/// What a person may have to say yes to.
async fn person<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, KeyStoreError> {
    within(KEY_STORE_PERSON, call, || KeyStoreError::Locked).await
}

async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, Error>>,
    late: impl FnOnce() -> KeyStoreError,
) -> Result<T, KeyStoreError> {
    match tokio::time::timeout(limit, call).await {
        Ok(done) => done.map_err(said),
        Err(_) => Err(late()),
    }
}

async fn read(device: DeviceKey) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
    let service = answer(SecretService::connect(EncryptionType::Dh)).await?;
    let name = device.to_string();
    let mut first = None;
    for item in items(&service, &name).await? {
        let secret = Zeroizing::new(answer(item.get_secret()).await?);
        let fits = <[u8; 32]>::try_from(secret.as_slice())
            .is_ok_and(|secret| skein_space::Root::new(secret).device_key() == device);
        if fits {
            return Ok(Some(secret));
        }
        first = first.or(Some(secret));
    }
    Ok(first)
}

async fn write(device: DeviceKey, secret: &[u8; 32]) -> Result<(), KeyStoreError> {
    let service = answer(SecretService::connect(EncryptionType::Dh)).await?;
    let collection = default_collection(&service).await?;
    if answer(collection.is_locked()).await? {
        person(collection.unlock()).await?;
    }
    let name = device.to_string();
    let label = format!("Skein: secret key of device {}", &name[..8]);
    let kind = "application/octet-stream";
    let made = collection.create_item(&label, attributes(&name), secret, true, kind);
    person(made).await.map(|_| ())
}

async fn erase(device: DeviceKey) -> Result<(), KeyStoreError> {
    let service = answer(SecretService::connect(EncryptionType::Dh)).await?;
    let name = device.to_string();
    for item in items(&service, &name).await? {
        person(item.delete()).await?;
    }
    Ok(())
}

/// A device's items, unlocked. There is one; a person may have copied it.
async fn items<'a>(
    service: &'a SecretService<'a>,
    name: &str,
) -> Result<Vec<Item<'a>>, KeyStoreError> {
    let found = answer(service.search_items(attributes(name))).await?;
    for item in &found.locked {
        person(item.unlock()).await?;
    }
    let mut all = found.unlocked;
    all.extend(found.locked);
    Ok(all)
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", APPLICATION), ("device", name)])
}

async fn default_collection<'a>(
    service: &'a SecretService<'a>,
) -> Result<Collection<'a>, KeyStoreError> {
    let found = async {
        match service.get_default_collection().await {
            Ok(collection) => Ok(Some(collection)),
            Err(Error::NoResult) => Ok(None),
            Err(error) => Err(error),
        }
    };
    match answer(found).await? {
        Some(collection) => Ok(collection),
        // A desktop whose key store was never used: the store asks for a password for it.
        None => person(service.create_collection("Default keyring", DEFAULT)).await,
    }
}

/// Sorts what the library says: nobody there, nobody unlocked it, or no.
fn said(error: Error) -> KeyStoreError {
    match error {
        Error::Unavailable => {
            KeyStoreError::NoAnswer("there is no session bus or nothing on it".into())
        }
        Error::Locked | Error::Prompt | Error::PromptDisconnected => KeyStoreError::Locked,
        Error::Zbus(error) => bus_said(&error),
        Error::ZbusFdo(error) => bus_said(&zbus::Error::FDO(Box::new(error))),
        other => KeyStoreError::Refused(other.to_string()),
    }
}

fn bus_said(error: &zbus::Error) -> KeyStoreError {
    let name = match error {
        zbus::Error::MethodError(name, ..) => name.as_str(),
        zbus::Error::FDO(error) => match **error {
            zbus::fdo::Error::ServiceUnknown(_) => "org.freedesktop.DBus.Error.ServiceUnknown",
            zbus::fdo::Error::NoReply(_) => "org.freedesktop.DBus.Error.NoReply",
            _ => "",
        },
        zbus::Error::InputOutput(_) => return KeyStoreError::NoAnswer(error.to_string()),
        _ => "",
    };
    match name {
        "org.freedesktop.Secret.Error.IsLocked" => KeyStoreError::Locked,
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner" => {
            KeyStoreError::NoAnswer("nothing on the session bus keeps keys".into())
        }
        name if name.starts_with("org.freedesktop.DBus.Error.Spawn")
            || name == "org.freedesktop.DBus.Error.NoReply"
            || name == "org.freedesktop.DBus.Error.TimedOut" =>
        {
            KeyStoreError::NoAnswer(error.to_string())
        }
        _ => KeyStoreError::Refused(error.to_string()),
    }
}
