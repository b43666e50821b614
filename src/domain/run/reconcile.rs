//! What shall stand compared with what stands: still to be written, done already, or changed by somebody else.
//!
//! A run that is finished, a run that is taken back and a backup that is put back differ in what they may replace, and in
//! nothing else: all three ask here. Only digests are compared, so no text and no key comes this way.

/// SHA-256 of a stored text or a file, hex; `None` for NULL, or no file.
pub type Digest = Option<String>;

/// What may be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaces {
    /// Whatever stands there.
    Anything,
    /// What has one of these digests. What anybody else put there is left.
    Only(Vec<Digest>),
}

/// What shall stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended<P> {
    /// Where.
    pub place: P,
    /// What it may replace.
    pub replaces: Replaces,
    /// What shall stand there.
    pub new: Digest,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This text or file.
    Text(Digest),
    /// A file that was being written in place when that was cut off: part of it is what was there, part what was to come.
    CutOff,
    /// The row itself was deleted.
    NoRow,
}

/// What that means for the one who would write there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is still to be written.
    ToWrite,
    /// It stands already.
    Done,
    /// Somebody else changed it, and that is left alone.
    Foreign,
}

impl<P> Intended<P> {
    /// As a run announced it: in place of what the run found.
    pub fn onward(place: P, old: Digest, new: Digest) -> Self {
        Self {
            place,
            replaces: Replaces::Only(vec![old]),
            new,
        }
    }

    /// The way back: what a run found, in place of what it wrote.
    pub fn back(place: P, old: Digest, written: Digest) -> Self {
        Self::onward(place, written, old)
    }

    /// Whatever happened since.
    pub fn anyway(place: P, new: Digest) -> Self {
        Self {
            place,
            replaces: Replaces::Anything,
            new,
        }
    }

    /// What is to be done, given what stands there.
    pub fn standing(&self, found: &Found) -> Standing {
        match (found, &self.replaces) {
            (Found::Text(now), _) if *now == self.new => Standing::Done,
            // Where nothing shall stand, nothing stands.
            (Found::NoRow, _) if self.new.is_none() => Standing::Done,
            // A row is not made anew of one text.
            (Found::NoRow, _) => Standing::Foreign,
            (Found::CutOff, _) | (Found::Text(_), Replaces::Anything) => Standing::ToWrite,
            (Found::Text(now), Replaces::Only(ours)) if ours.contains(now) => Standing::ToWrite,
            (Found::Text(_), Replaces::Only(_)) => Standing::Foreign,
        }
    }
}

impl<P> Intended<P> {
    /// The same of a file of this digest. `was_cut_off` is asked where nothing else explains what stands there.
    ///
    /// # Errors
    /// As `was_cut_off`.
    pub fn standing_of_file<E>(
        &self,
        now: Digest,
        was_cut_off: impl FnOnce() -> Result<bool, E>,
    ) -> Result<Standing, E> {
        Ok(match self.standing(&Found::Text(now)) {
            Standing::Foreign if was_cut_off()? => self.standing(&Found::CutOff),
            standing => standing,
        })
    }
}

/// Places by what is to be done, each list in the order they came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled<P> {
    /// Still to be written.
    pub to_write: Vec<Intended<P>>,
    /// They stand already.
    pub done: Vec<P>,
    /// Changed by somebody else.
    pub foreign: Vec<P>,
}

/// Compares everything that shall stand with what stands.
pub fn reconcile<P>(
    intended: impl IntoIterator<Item = Intended<P>>,
    found: impl Fn(&P) -> Found,
) -> Reconciled<P> {
    let mut reconciled = Reconciled {
        to_write: Vec::new(),
        done: Vec::new(),
        foreign: Vec::new(),
    };
    for intended in intended {
        match intended.standing(&found(&intended.place)) {
            Standing::ToWrite => reconciled.to_write.push(intended),
            Standing::Done => reconciled.done.push(intended.place),
            Standing::Foreign => reconciled.foreign.push(intended.place),
        }
    }
    reconciled
}

/// Whether a file that is written in place, as one mounted into a container has to be, was cut off at that, be it more
/// than once: every byte is the one of the old text or of the new one.
pub fn cut_off(now: &[u8], old: &[u8], new: &[u8]) -> bool {
    let lengths = old.len().min(new.len())..=old.len().max(new.len());
    let is_of = |text: &[u8], at: usize, byte: u8| text.get(at) == Some(&byte);
    lengths.contains(&now.len())
        && now
            .iter()
            .enumerate()
            .all(|(at, byte)| is_of(old, at, *byte) || is_of(new, at, *byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type World = BTreeMap<usize, Found>;

    /// Few digests, so that they often meet.
    fn digest() -> impl Strategy<Value = Digest> {
        proptest::option::of("[abc]")
    }

    /// A run: of every place, what it found and what it means to write.
    fn run() -> impl Strategy<Value = Vec<(Digest, Digest)>> {
        proptest::collection::vec((digest(), digest()), 0..8)
    }

    fn onward(run: &[(Digest, Digest)]) -> Vec<Intended<usize>> {
        let intended = |(place, (old, new)): (usize, &(Digest, Digest))| {
            Intended::onward(place, old.clone(), new.clone())
        };
        run.iter().enumerate().map(intended).collect()
    }

    fn back(run: &[(Digest, Digest)]) -> Vec<Intended<usize>> {
        let intended = |(place, (old, new)): (usize, &(Digest, Digest))| {
            Intended::back(place, old.clone(), new.clone())
        };
        run.iter().enumerate().map(intended).collect()
    }

    fn with(world: &World, intended: Vec<Intended<usize>>) -> Reconciled<usize> {
        reconcile(intended, |place| world[place].clone())
    }

    fn write(world: &mut World, written: &[Intended<usize>]) {
        for Intended { place, new, .. } in written {
            world.insert(*place, Found::Text(new.clone()));
        }
    }

    fn places(written: &[Intended<usize>]) -> Vec<usize> {
        written.iter().map(|intended| intended.place).collect()
    }

    fn found() -> impl Strategy<Value = Found> {
        prop_oneof![
            4 => digest().prop_map(Found::Text),
            1 => Just(Found::CutOff),
            1 => Just(Found::NoRow),
        ]
    }

    fn replaces() -> impl Strategy<Value = Replaces> {
        prop_oneof![
            Just(Replaces::Anything),
            proptest::collection::vec(digest(), 0..3).prop_map(Replaces::Only),
        ]
    }

    #[test]
    fn each_use_by_what_stands() {
        use Standing::{Done, Foreign, ToWrite};
        let text = |digest: &str| Found::Text(Some(digest.to_owned()));
        let some = |digest: &str| Some(digest.to_owned());
        let uses = [
            Intended::onward((), some("old"), some("new")),
            Intended::back((), some("old"), some("new")),
            Intended::anyway((), some("old")),
        ];
        for (found, expected) in [
            (text("old"), [ToWrite, Done, Done]),
            (text("new"), [Done, ToWrite, ToWrite]),
            (text("else"), [Foreign, Foreign, ToWrite]),
            (Found::Text(None), [Foreign, Foreign, ToWrite]),
            (Found::CutOff, [ToWrite, ToWrite, ToWrite]),
            (Found::NoRow, [Foreign, Foreign, Foreign]),
        ] {
            let standings = uses.each_ref().map(|intended| intended.standing(&found));
            assert_eq!(standings, expected, "{found:?}");
        }
    }

    #[test]
    fn what_was_not_to_change_is_done() {
        let a = || Some("a".to_owned());
        let same = Intended::onward((), a(), a());
        assert_eq!(same.standing(&Found::Text(a())), Standing::Done);
        let gone = Intended::onward((), a(), None);
        assert_eq!(gone.standing(&Found::Text(None)), Standing::Done);
    }

    #[test]
    fn nothing_is_done_where_a_row_without_a_text_is_gone() {
        let stored = Intended::onward((), None, Some("new".to_owned()));
        assert_eq!(stored.standing(&Found::NoRow), Standing::Foreign);
        assert_eq!(stored.standing(&Found::Text(None)), Standing::ToWrite);
        let emptied = Intended::onward((), Some("old".to_owned()), None);
        assert_eq!(emptied.standing(&Found::NoRow), Standing::Done);
    }

    #[test]
    fn a_file_cut_off_while_it_was_written_in_place_is_known() {
        let (old, new) = (b"KEY=aaaa\nREST=1\n", b"KEY=bbbb\nREST=1\n");
        for cut in 0..=new.len() {
            let now = [&new[..cut], &old[cut..]].concat();
            assert!(cut_off(&now, old, new), "cut at {cut}");
        }
        assert!(!cut_off(b"KEY=cccc\nREST=1\n", old, new));
        assert!(!cut_off(b"KEY=bbbb\nREST=2\n", old, new));
        assert!(!cut_off(b"KEY=bbbb\n", old, new), "cut short");
        assert!(cut_off(b"KEY=abba\nREST=1\n", old, new), "cut off twice");
        let longer = b"KEY=bbbb\nREST=1\nMORE=1\n";
        for cut in 0..=longer.len() {
            let now = [&longer[..cut], old.get(cut..).unwrap_or_default()].concat();
            assert!(cut_off(&now, old, longer), "cut at {cut}");
        }
        // On the way back the shorter text is written over the longer one.
        for cut in 0..=old.len() {
            let now = [&old[..cut], &longer[cut..]].concat();
            assert!(cut_off(&now, old, longer), "cut at {cut} on the way back");
        }
    }

    proptest! {
        #[test]
        fn every_place_is_in_one_list_in_order(
            all in proptest::collection::vec((replaces(), digest(), found()), 0..8),
        ) {
            let intended = all.iter().enumerate().map(|(place, (replaces, new, _))| Intended {
                place,
                replaces: replaces.clone(),
                new: new.clone(),
            });
            let reconciled = reconcile(intended, |place| all[*place].2.clone());
            let lists = [places(&reconciled.to_write), reconciled.done, reconciled.foreign];
            for list in &lists {
                prop_assert!(list.is_sorted());
            }
            let mut together = lists.concat();
            together.sort_unstable();
            prop_assert_eq!(together, (0..all.len()).collect::<Vec<_>>());
        }

        #[test]
        fn what_was_written_is_done_and_all_else_stays(
            all in proptest::collection::vec((replaces(), digest(), found()), 0..8),
        ) {
            let intended = |place: usize| Intended {
                place,
                replaces: all[place].0.clone(),
                new: all[place].1.clone(),
            };
            let every = || (0..all.len()).map(intended).collect();
            let mut world: World = all.iter().map(|(.., found)| found.clone()).enumerate().collect();
            let first = with(&world, every());
            write(&mut world, &first.to_write);
            let second = with(&world, every());
            prop_assert!(second.to_write.is_empty());
            prop_assert_eq!(second.foreign, first.foreign);
            prop_assert_eq!(second.done.len(), first.done.len() + first.to_write.len());
        }

        #[test]
        fn what_somebody_else_stored_is_written_over_by_nobody_who_was_not_asked_to(
            run in run(), found in found(),
        ) {
            for (intended, (old, new)) in onward(&run).iter().chain(&back(&run)).zip(run.iter().chain(&run)) {
                let ours = match &found {
                    Found::Text(now) => now == old || now == new,
                    Found::CutOff => true,
                    Found::NoRow => false,
                };
                prop_assert!(ours || intended.standing(&found) != Standing::ToWrite);
            }
        }

        #[test]
        fn a_run_cut_off_anywhere_is_finished_or_taken_back(run in run(), cut in 0_usize..9) {
            let start: World = run.iter().map(|(old, _)| Found::Text(old.clone())).enumerate().collect();
            let mut world = start.clone();
            let all = with(&world, onward(&run)).to_write;
            let written = &all[..cut.min(all.len())];
            write(&mut world, written);
            let rest = with(&world, onward(&run));
            prop_assert_eq!(places(&rest.to_write), places(&all[written.len()..]));
            prop_assert!(rest.foreign.is_empty());
            let taken_back = with(&world, back(&run));
            prop_assert_eq!(places(&taken_back.to_write), places(written));
            prop_assert!(taken_back.foreign.is_empty());
            write(&mut world, &taken_back.to_write);
            prop_assert_eq!(world, start);
        }

        #[test]
        fn whatever_is_known_of_a_file_any_cut_of_it_is_told(
            old in proptest::collection::vec(any::<u8>(), 0..40),
            new in proptest::collection::vec(any::<u8>(), 0..40),
            cut in 0_usize..41,
        ) {
            let cut = cut.min(new.len());
            let now = [&new[..cut], old.get(cut..).unwrap_or_default()].concat();
            prop_assert!(cut_off(&now, &old, &new));
        }
    }
}
