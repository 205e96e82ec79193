//! The key store of the operating system, behind what we need of it: one secret for one device.
//!
//! A store may ask a person for a password, or not be there at all, so every call may take as long as a person does.
//! It is made on a thread that may wait, and ends early when it is called off.

#[cfg(test)]
pub(crate) mod memory;
#[cfg(target_os = "linux")]
mod on_bus;

use skein_space::DeviceKey;
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Why a key store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyStoreError {
    /// There is none, or it does not answer.
    #[error("no key store answered ({0})")]
    NoAnswer(String),
    /// It is locked, and nobody unlocked it.
    #[error("the key store stayed locked")]
    Locked,
    /// It answered with something else than what was asked.
    #[error("the key store refused ({0})")]
    Refused(String),
    /// It holds no secret for this device.
    #[error("the key store holds no key for this device")]
    Nothing,
    /// What it holds for this device is the key of another one, or none at all.
    #[error("the key store holds another key under this device's name")]
    Another,
    /// Somebody called it off.
    #[error("asking the key store was called off")]
    CalledOff,
}

impl KeyStoreError {
    /// What a person can do where a move failed on it.
    pub(crate) fn advice_to_move(&self) -> &'static str {
        match self {
            Self::NoAnswer(_) => "without a key store the file is the place for it",
            other => other.advice_to_open(),
        }
    }

    /// What a person can do where a profile does not open for it.
    pub(crate) fn advice_to_open(&self) -> &'static str {
        match self {
            Self::NoAnswer(_) => "start skein in the desktop session whose key store holds the key",
            Self::Locked => "try again, and unlock the key store when it asks",
            Self::Refused(_) => "look into your desktop's program for passwords and keys",
            Self::Nothing | Self::Another => "put the key store's data back from a backup",
            Self::CalledOff => "try again",
        }
    }
}

/// Keeps the root secret of devices, each under its public key.
pub trait KeyStore: std::fmt::Debug + Send + Sync {
    /// What is kept for a device; `None` where nothing is. May ask a person to unlock the store.
    fn read(
        &self,
        device: DeviceKey,
        patience: &Patience,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError>;

    /// Keeps a secret for a device, in place of what was there. After an error it may be there all the same.
    fn write(
        &self,
        device: DeviceKey,
        secret: &[u8; 32],
        patience: &Patience,
    ) -> Result<(), KeyStoreError>;

    /// Forgets what is kept for a device. Nothing there is forgotten already.
    fn erase(&self, device: DeviceKey, patience: &Patience) -> Result<(), KeyStoreError>;
}

/// The key store of this system.
#[cfg(target_os = "linux")]
pub(crate) fn system() -> std::sync::Arc<dyn KeyStore> {
    std::sync::Arc::new(on_bus::StoreOnBus)
}

/// The key store of this system: none that this skein can talk to.
#[cfg(not(target_os = "linux"))]
pub(crate) fn system() -> std::sync::Arc<dyn KeyStore> {
    std::sync::Arc::new(NoStore)
}

/// Stands where there is no way to a key store yet.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct NoStore;

#[cfg(not(target_os = "linux"))]
impl NoStore {
    fn error() -> KeyStoreError {
        KeyStoreError::NoAnswer("this skein cannot talk to the one of this system".into())
    }
}

#[cfg(not(target_os = "linux"))]
impl KeyStore for NoStore {
    fn read(
        &self,
        _: DeviceKey,
        _: &Patience,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        Err(Self::error())
    }

    fn write(&self, _: DeviceKey, _: &[u8; 32], _: &Patience) -> Result<(), KeyStoreError> {
        Err(Self::error())
    }

    fn erase(&self, _: DeviceKey, _: &Patience) -> Result<(), KeyStoreError> {
        Err(Self::error())
    }
}

/// How long somebody is ready to wait: until it is called off.
#[derive(Clone, Debug)]
pub struct Patience(watch::Receiver<bool>);

/// Calls off whatever waits with the patience it was made with.
#[derive(Debug)]
pub struct CallOff(watch::Sender<bool>);

impl Patience {
    /// Ends when it is called off.
    pub fn until_called_off() -> (Self, CallOff) {
        let (call, heard) = watch::channel(false);
        (Self(heard), CallOff(call))
    }

    /// Nobody calls it off; the store's own limits hold.
    pub fn endless() -> Self {
        Self::until_called_off().0
    }

    /// Whether it was called off.
    pub fn is_called_off(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when it is called off.
    #[cfg(target_os = "linux")]
    async fn called_off(&self) {
        let mut heard = self.0.clone();
        if heard.wait_for(|off| *off).await.is_err() {
            // Whoever could call it off has gone.
            std::future::pending().await
        }
    }
}

impl CallOff {
    /// Ends the waiting.
    pub fn call_off(&self) {
        // Nobody may be waiting any more.
        let _ = self.0.send(true);
    }
}
