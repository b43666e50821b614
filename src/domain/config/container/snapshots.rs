//! The snapshots that containerd keeps of a container's files, which are its layers where Docker has its images there: for new
//! servers since its version 29.
//!
//! Format: containerd's metadata of a snapshotter (`v1/snapshots/NAMESPACE/NUMBER/KEY`), in a BoltDB.

use std::collections::HashMap;

use super::bolt::Bolt;

/// The namespace of what Docker has made.
const DOCKER: &[u8] = b"moby";
/// How many layers a container may have.
const MOST: usize = 500;
/// The longest name of a snapshot, in bytes.
const LONGEST_NAME: usize = 512;

/// The snapshots that one of containerd's drivers keeps.
#[derive(Debug)]
pub struct Snapshots {
    all: Vec<Snapshot>,
    /// The ones that Docker's containers write to: their places among all, by the ids of the containers.
    of_containers: HashMap<Vec<u8>, usize>,
}

#[derive(Debug)]
struct Snapshot {
    number: Option<u64>,
    below: Below,
}

/// What a snapshot lies on.
#[derive(Debug, Clone, Copy)]
enum Below {
    Nothing,
    /// The one at this place among all.
    Snapshot(usize),
    Missing,
}

impl Snapshots {
    /// What a database of them says; `None` where it is none.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let database = Bolt::of(bytes)?;
        let listed = database.buckets().bucket(b"v1")?.bucket(b"snapshots")?;
        let listed = listed.all().filter(|(name, _)| name.len() <= LONGEST_NAME);
        let listed: Vec<_> = listed.collect();
        let (mut places, mut of_containers) = (HashMap::new(), HashMap::new());
        for (place, (name, _)) in listed.iter().enumerate() {
            places.entry(*name).or_insert(place);
            if let Some(id) = container_of(name) {
                of_containers.entry(id.to_owned()).or_insert(place);
            }
        }
        let read = listed.iter().map(|(_, snapshot)| Snapshot {
            number: snapshot.value(b"id").and_then(number),
            below: match snapshot.value(b"parent") {
                None | Some([]) => Below::Nothing,
                Some(parent) => match places.get(parent) {
                    Some(place) => Below::Snapshot(*place),
                    None => Below::Missing,
                },
            },
        });
        let all = read.collect();
        Some(Self { all, of_containers })
    }

    /// The numbers of those of Docker's container with this id, the one that it writes to first. Each is the name of a folder.
    /// `None` where it is not said, or not as a whole.
    pub fn of_container(&self, id: &str) -> Option<Vec<u64>> {
        let mut place = *self.of_containers.get(id.as_bytes())?;
        let mut numbers = Vec::new();
        loop {
            let snapshot = self.all.get(place)?;
            numbers.push(snapshot.number?);
            if numbers.len() > MOST {
                return None;
            }
            match snapshot.below {
                Below::Nothing => return Some(numbers),
                Below::Snapshot(below) => place = below,
                Below::Missing => return None,
            }
        }
    }
}

/// The id of Docker's container that writes to the snapshot of this name, as far as the name tells.
fn container_of(name: &[u8]) -> Option<&[u8]> {
    let mut parts = name.split(|byte| *byte == b'/');
    let (namespace, _, key) = (parts.next()?, parts.next()?, parts.next()?);
    (namespace == DOCKER && parts.next().is_none()).then_some(key)
}

/// A number of seven bits a byte, the lowest first.
fn number(bytes: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate() {
        let bits = u64::from(byte & 0x7f);
        number |= bits.checked_shl(u32::try_from(at * 7).ok()?)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::bolt::tests::{Item, database};
    use super::*;

    fn snapshot(name: &str, number: &[u8], parent: Option<&str>) -> Item {
        let mut values = vec![
            Item::Value("id", number.to_vec()),
            Item::Value("kind", vec![2]),
        ];
        values.extend(parent.map(|parent| Item::Value("parent", parent.into())));
        Item::Inline(name.to_owned(), values)
    }

    fn of(snapshots: Vec<Item>) -> Option<Vec<u64>> {
        let all = vec![Item::Apart("snapshots".to_owned(), snapshots)];
        let bytes = database(vec![Item::Inline("v1".to_owned(), all)]);
        Snapshots::of(&bytes)?.of_container("aaaa")
    }

    #[test]
    fn the_layers_are_told_from_the_last_to_the_first() {
        let base = || snapshot("moby/1/sha256:b", &[5], None);
        let image = || snapshot("moby/2/sha256:c", &[0x80, 0x02], Some("moby/1/sha256:b"));
        let init = || snapshot("moby/4/aaaa-init", &[7], Some("moby/2/sha256:c"));
        let own = || snapshot("moby/5/aaaa", &[8], Some("moby/4/aaaa-init"));
        let others = || snapshot("k8s.io/6/aaaa", &[9], None);
        assert_eq!(
            of(vec![others(), base(), image(), init(), own()]),
            Some(vec![8, 7, 256, 5])
        );
        assert_eq!(of(vec![base(), image(), own()]), None, "one is missing");
        assert_eq!(of(vec![others(), base()]), None, "of another namespace");
        let circle = snapshot("moby/5/aaaa", &[8], Some("moby/5/aaaa"));
        assert_eq!(of(vec![circle]), None);
        let endless = snapshot("moby/5/aaaa", &[0xff; 12], None);
        assert_eq!(of(vec![endless]), None);
        assert!(Snapshots::of(b"").is_none());
    }
}
