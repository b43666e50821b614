//! The index of a pack, version 2 (git's `gitformat-pack`): which object lies where.

use std::io::Read;
use std::path::Path;

use crate::io::fs;

/// Packs of more objects are read in their order, without names: an index must be held in memory.
const MAX_OBJECTS: usize = 1 << 19;
/// Bytes before the first object.
pub(super) const PACK_HEADER: u64 = 12;
const FAN_OUT: usize = 256 * 4;

/// Names and places of the objects of a pack.
pub(super) struct Index {
    /// All names one after the other, in their order.
    names: Vec<u8>,
    name_length: usize,
    /// Place in the pack, in the order of names.
    places: Vec<u64>,
    /// Numbers of the names, in the order of places.
    order: Vec<u32>,
}

impl Index {
    /// Reads an index. `None` where there is none, or none of this form, or it cannot belong to a pack.
    pub(super) fn read(path: &Path, name_length: usize) -> Option<Self> {
        let (file, meta) = fs::open_regular(path).ok()?;
        let largest = 8 + FAN_OUT + MAX_OBJECTS * (name_length + 16);
        if meta.len() > largest as u64 {
            return None;
        }
        let mut file = std::io::BufReader::new(file.take(meta.len()));
        let mut head = [0; 8 + FAN_OUT];
        file.read_exact(&mut head).ok()?;
        if head[..8] != [0xff, b't', b'O', b'c', 0, 0, 0, 2] {
            return None;
        }
        let count = usize::try_from(be32(&head[head.len() - 4..])?).ok()?;
        if count > MAX_OBJECTS || (count * (name_length + 8)) as u64 > meta.len() {
            return None;
        }
        let mut names = vec![0; count * name_length];
        file.read_exact(&mut names).ok()?;
        std::io::copy(
            &mut (&mut file).take(count as u64 * 4),
            &mut std::io::sink(),
        )
        .ok()?;
        let mut near = vec![0; count * 4];
        file.read_exact(&mut near).ok()?;
        let mut far = Vec::new();
        file.read_to_end(&mut far).ok()?;
        let mut places = Vec::with_capacity(count);
        for place in near.chunks_exact(4) {
            let place = be32(place)?;
            // The high bit says that the place stands in the table of large ones.
            places.push(match place & 0x8000_0000 {
                0 => u64::from(place),
                _ => {
                    let at = 8 * usize::try_from(place & 0x7fff_ffff).ok()?;
                    u64::from_be_bytes(far.get(at..at + 8)?.try_into().ok()?)
                }
            });
        }
        let mut order: Vec<u32> = (0..u32::try_from(count).ok()?).collect();
        order.sort_unstable_by_key(|number| places[*number as usize]);
        let index = Self {
            names,
            name_length,
            places,
            order,
        };
        // The first object follows the head of its pack.
        (index.after(0)? == PACK_HEADER).then_some(index)
    }

    fn name_of(&self, number: usize) -> &[u8] {
        &self.names[number * self.name_length..][..self.name_length]
    }

    fn place_of(&self, number: u32) -> u64 {
        self.places[number as usize]
    }

    /// The name of the object at this place.
    pub(super) fn name(&self, place: u64) -> Option<String> {
        let at = self
            .order
            .binary_search_by_key(&place, |number| self.place_of(*number))
            .ok()?;
        Some(fs::hex(self.name_of(self.order[at] as usize)))
    }

    /// Where the next object begins.
    pub(super) fn after(&self, place: u64) -> Option<u64> {
        let next = self
            .order
            .partition_point(|number| self.place_of(*number) <= place);
        self.order.get(next).map(|number| self.place_of(*number))
    }

    /// Where the object of this name lies.
    pub(super) fn place(&self, name: &[u8]) -> Option<u64> {
        let (mut low, mut high) = (0, self.places.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.name_of(middle).cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(self.places[middle]),
            }
        }
        None
    }
}

fn be32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
