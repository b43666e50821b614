//! The snapshots that containerd keeps of a container's files, which are its layers where Docker has its images there: for new
//! servers since its version 29.
//!
//! Format: containerd's metadata of a snapshotter (`v1/snapshots/NAMESPACE/NUMBER/KEY`), in a BoltDB.

use super::bolt::{Bolt, Bucket};

/// The namespace of what Docker has made.
const DOCKER: &str = "moby";
/// How many layers a container may have.
const MOST: usize = 500;

/// The numbers of the snapshots of Docker's container with this id, the one that it writes to first. Each is the name of a
/// folder. `None` where it is not said, or not as a whole.
pub fn of_docker(bytes: &[u8], id: &str) -> Option<Vec<u64>> {
    let database = Bolt::of(bytes)?;
    let all = database.buckets().bucket(b"v1")?.bucket(b"snapshots")?;
    let all: Vec<(&[u8], Bucket<'_, '_>)> = all.all().collect();
    let is_its = |name: &[u8]| {
        let mut parts = name.split(|byte| *byte == b'/');
        let (namespace, _, key) = (parts.next(), parts.next(), parts.next());
        namespace == Some(DOCKER.as_bytes()) && key == Some(id.as_bytes()) && parts.next().is_none()
    };
    let mut next = all.iter().find(|(name, _)| is_its(name));
    let mut numbers = Vec::new();
    while let Some((_, snapshot)) = next {
        numbers.push(number(snapshot.value(b"id")?)?);
        if numbers.len() > MOST {
            return None;
        }
        next = match snapshot.value(b"parent") {
            None | Some([]) => None,
            Some(parent) => Some(all.iter().find(|(name, _)| *name == parent)?),
        };
    }
    (!numbers.is_empty()).then_some(numbers)
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
        of_docker(&bytes, "aaaa")
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
        assert_eq!(of_docker(b"", "aaaa"), None);
    }
}
