//! A key store for tests: in memory, in whatever mood the test wants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use skein_space::DeviceKey;
use zeroize::Zeroizing;

use super::{KeyStore, KeyStoreError, Patience};

/// How a store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Well,
    /// Not at all.
    Absent,
    /// Nobody unlocks it.
    Locked,
    /// It waits for a person until it is called off.
    Asking,
    /// It answers what is asked, and takes nothing in.
    Refusing,
    /// What is written does not come back as it was.
    Garbling,
    /// What talks to it panics.
    Bursting,
    /// It keeps what it is told to forget, and says that it is locked.
    Clinging,
}

#[derive(Debug)]
pub(crate) struct MemoryStore {
    kept: Mutex<BTreeMap<DeviceKey, Vec<u8>>>,
    mood: Mutex<Mood>,
    asked: Mutex<u32>,
}

impl MemoryStore {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            kept: Mutex::default(),
            mood: Mutex::new(Mood::Well),
            asked: Mutex::default(),
        })
    }

    pub(crate) fn feel(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it holds for a device.
    pub(crate) fn held(&self, device: DeviceKey) -> Option<Vec<u8>> {
        self.kept.lock().unwrap().get(&device).cloned()
    }

    pub(crate) fn put(&self, device: DeviceKey, secret: &[u8]) {
        self.kept.lock().unwrap().insert(device, secret.to_vec());
    }

    pub(crate) fn lose(&self, device: DeviceKey) {
        self.kept.lock().unwrap().remove(&device);
    }

    /// How often it was asked anything.
    pub(crate) fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }

    fn answer(&self, patience: &Patience) -> Result<Mood, KeyStoreError> {
        *self.asked.lock().unwrap() += 1;
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Absent => Err(KeyStoreError::NoAnswer("there is none".into())),
            Mood::Locked => Err(KeyStoreError::Locked),
            Mood::Asking => {
                while !patience.is_called_off() {
                    std::thread::park_timeout(Duration::from_millis(5));
                }
                Err(KeyStoreError::CalledOff)
            }
            Mood::Bursting => panic!("a library stumbles, as a test wants it"),
            mood => Ok(mood),
        }
    }
}

impl KeyStore for MemoryStore {
    fn read(
        &self,
        device: DeviceKey,
        patience: &Patience,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        self.answer(patience)?;
        Ok(self.held(device).map(Zeroizing::new))
    }

    fn write(
        &self,
        device: DeviceKey,
        secret: &[u8; 32],
        patience: &Patience,
    ) -> Result<(), KeyStoreError> {
        match self.answer(patience)? {
            Mood::Garbling => self.put(device, &[7; 32]),
            Mood::Refusing => return Err(KeyStoreError::Refused("it is full".into())),
            _ => self.put(device, secret),
        }
        Ok(())
    }

    fn erase(&self, device: DeviceKey, patience: &Patience) -> Result<(), KeyStoreError> {
        match self.answer(patience)? {
            Mood::Clinging => return Err(KeyStoreError::Locked),
            _ => self.lose(device),
        }
        Ok(())
    }
}
