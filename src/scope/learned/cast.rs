//! Who asked for what, by ID and by account, in the order of both: the same for every ballot that is counted over it.
//!
//! What a vote weighs is left to `votes`, what the order of numbers says to `blocks`.

use super::{Id, Visitor};

/// No place.
const NOWHERE: u32 = u32::MAX;

/// All requests that were answered: an ID's place is that among all IDs that were asked for.
#[derive(Debug, Default)]
pub(super) struct Cast {
    /// Sorted, each once.
    pub ids: Vec<Id>,
    /// Where each ID's voters begin; the end of the last one's behind them.
    starts: Vec<usize>,
    /// Places among the visitors, in their order.
    voters: Vec<u32>,
    /// Where each visitor's IDs begin; the end of the last one's behind them.
    begins: Vec<usize>,
    /// Places of their IDs.
    places: Vec<u32>,
    /// Place by number of an object's, and of a container's ID.
    by_number: [Vec<u32>; 2],
}

impl Cast {
    /// Turns visitors round.
    pub fn of(visitors: &[Visitor], ids: &[Id]) -> Cast {
        let mut cast = Cast {
            ids: ids.to_vec(),
            ..Cast::default()
        };
        for (place, (container, number)) in ids.iter().enumerate() {
            let places = &mut cast.by_number[usize::from(*container)];
            if places.len() <= *number as usize {
                places.resize(*number as usize + 1, NOWHERE);
            }
            places[*number as usize] = place as u32;
        }
        cast.begins.push(0);
        for visitor in visitors {
            for id in &visitor.ids {
                let place = cast.place(*id);
                cast.places.extend(place.map(|place| place as u32));
            }
            cast.begins.push(cast.places.len());
        }
        let mut next = vec![0; ids.len() + 1];
        for place in &cast.places {
            next[*place as usize + 1] += 1;
        }
        for at in 1..next.len() {
            next[at] += next[at - 1];
        }
        cast.starts.clone_from(&next);
        cast.voters = vec![0; cast.places.len()];
        for visitor in 0..visitors.len() {
            for place in &cast.places[cast.begins[visitor]..cast.begins[visitor + 1]] {
                let at = &mut next[*place as usize];
                cast.voters[*at] = visitor as u32;
                *at += 1;
            }
        }
        cast
    }

    /// Place of an ID.
    pub fn place(&self, (container, number): Id) -> Option<usize> {
        let places = &self.by_number[usize::from(container)];
        let place = places.get(number as usize).copied()?;
        (place != NOWHERE).then_some(place as usize)
    }

    /// Who was answered about an ID, in the visitors' order.
    pub fn voters(&self, place: usize) -> &[u32] {
        &self.voters[self.starts[place]..self.starts[place + 1]]
    }

    /// Places of the IDs that a visitor was answered about.
    pub fn places(&self, visitor: usize) -> &[u32] {
        &self.places[self.begins[visitor]..self.begins[visitor + 1]]
    }
}
