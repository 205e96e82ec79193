//! What stands in announcements (multicast DNS): every value, and what of it comes again.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use simple_dns::rdata::RData;
use simple_dns::{Name, Packet, ResourceRecord};

/// Values shorter than this say too little to know somebody again by.
pub const TELLING_BYTES: usize = 6;
/// Labels that are the protocol's: what is asked for and what we are, the same for every device.
pub const PROTOCOL: [&[u8]; 3] = [b"_skein", b"_services", b"_dns-sd"];
/// Bytes of a tag (formats.md, Discovery).
const TAG_BYTES: usize = 8;

/// Everything that packets of multicast DNS say.
#[derive(Debug, Default, Clone)]
pub struct Announced {
    /// Labels, addresses, and values of keys. What is a number in hex counts as that number.
    pub values: BTreeSet<Vec<u8>>,
    /// Ports of services.
    pub ports: BTreeSet<u16>,
    /// Pairing ports.
    pub pairing_ports: BTreeSet<u16>,
}

impl Announced {
    /// Reads packets.
    ///
    /// # Panics
    /// When one is no DNS, or holds a record that is not known here: what it says would be left out.
    pub fn of<'a>(packets: impl IntoIterator<Item = &'a [u8]>) -> Announced {
        let mut announced = Announced::default();
        for bytes in packets {
            let packet = Packet::parse(bytes).expect("multicast DNS");
            assert_eq!(packet.id(), 0, "an id is a value too");
            for question in &packet.questions {
                announced.name(&question.qname);
            }
            let lists = [
                &packet.answers,
                &packet.name_servers,
                &packet.additional_records,
            ];
            for record in lists.into_iter().flatten() {
                announced.record(record);
            }
        }
        announced
    }

    /// Parts of values that both hold, other than what is the protocol's.
    pub fn shared_with(&self, other: &Announced) -> Vec<Vec<u8>> {
        let (ours, theirs) = (self.parts(), other.parts());
        let protocol: BTreeSet<&[u8]> = PROTOCOL
            .iter()
            .flat_map(|label| label.windows(TELLING_BYTES))
            .collect();
        let both = ours.intersection(&theirs);
        both.filter(|part| !protocol.contains(*part))
            .map(|part| part.to_vec())
            .collect()
    }

    fn parts(&self) -> BTreeSet<&[u8]> {
        let values = self.values.iter();
        values
            .flat_map(|value| value.windows(TELLING_BYTES))
            .collect()
    }

    fn record(&mut self, record: &ResourceRecord) {
        self.name(&record.name);
        match &record.rdata {
            RData::PTR(to) => self.name(&to.0),
            RData::SRV(service) => {
                self.name(&service.target);
                self.ports.insert(service.port);
            }
            RData::A(address) => self.value(&address.address.to_be_bytes()),
            RData::AAAA(address) => self.value(&address.address.to_be_bytes()),
            RData::NSEC(next) => self.name(&next.next_name),
            RData::TXT(text) => {
                for (key, value) in text.iter_raw() {
                    self.value(key);
                    self.txt(key, value.unwrap_or_default());
                }
            }
            other => panic!("a record nobody explained: {other:?}"),
        }
    }

    fn txt(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"t" => value.chunks(TAG_BYTES).for_each(|tag| self.value(tag)),
            b"p" => {
                let text = std::str::from_utf8(value).expect("a port");
                self.pairing_ports.insert(text.parse().expect("a port"));
            }
            _ => self.value(value),
        }
    }

    fn name(&mut self, name: &Name) {
        for label in name.as_bytes() {
            match HEXLOWER.decode(label) {
                Ok(number) => self.value(&number),
                Err(_) => self.value(label),
            }
        }
    }

    fn value(&mut self, value: &[u8]) {
        self.values.insert(value.to_vec());
    }
}
