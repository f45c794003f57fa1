//! An exact set of names' numbers, a bit each: numbers are given without gaps, so most of them are in it or may be.

/// Numbers that lie close together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Adds one, if it is not there.
    #[inline]
    pub fn insert(&mut self, number: u32) {
        let place = number as usize / 64;
        if place >= self.words.len() {
            self.words.resize(place + 1, 0);
        }
        self.words[place] |= 1 << (number % 64);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        let ones = self.words.iter().map(|word| u64::from(word.count_ones()));
        ones.sum()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().zip(0_u32..).flat_map(|(word, place)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| place * 64 + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Bits;

    #[test]
    fn it_is_a_set_in_order() {
        let (mut bits, mut plain) = (Bits::default(), BTreeSet::new());
        for n in 0..1000_u32 {
            let number = n * 7_919 % 503 * 3;
            bits.insert(number);
            plain.insert(number);
        }
        assert_eq!(bits.count(), plain.len() as u64);
        assert!(bits.iter().eq(plain));
        assert_eq!(Bits::default().iter().next(), None);
    }
}
