//! `[detect]`: from where on each signal speaks, with METHODS.md's defaults. What a signal measures is `detect`'s.

use super::problem::CaseProblem;
use super::section::Section;

/// Declares the thresholds once: field, default, least and greatest value, meaning.
macro_rules! thresholds {
    ($($key:ident = $default:literal in $low:literal, $high:literal: $meaning:literal;)+) => {
        /// From where on each signal speaks.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Thresholds { $(#[doc = $meaning] pub $key: f64,)+ }

        impl Default for Thresholds {
            fn default() -> Thresholds {
                Thresholds { $($key: $default,)+ }
            }
        }

        impl Thresholds {
            /// The keys of `[detect]`.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($key)),+];

            /// Every threshold in the order of declaration: key, value, what it means.
            pub fn list(&self) -> Vec<(&'static str, f64, &'static str)> {
                vec![$((stringify!($key), self.$key, $meaning)),+]
            }

            /// The same with one threshold changed, held within its range; `None` for a key that there is not.
            pub fn with(mut self, key: &str, value: f64) -> Option<Thresholds> {
                match key {
                    $(stringify!($key) => self.$key = value.clamp($low, $high),)+
                    _ => return None,
                }
                Some(self)
            }

            pub(super) fn read(section: &Section<'_>) -> Result<Thresholds, CaseProblem> {
                let mut read = Thresholds::default();
                $(if let Some(value) = section.get(stringify!($key)) {
                    read.$key = value.number($low, $high, $meaning)?;
                })+
                Ok(read)
            }
        }
    };
}

thresholds! {
    scope_score = 16.0 in 1.0, 1000.0: "score of the best segment from which contacts beyond scope are no accident";
    theta_0 = 0.05 in 0.0001, 0.5: "least share of contacts beyond scope that is allowed to an honest account";
    theta_1 = 0.6 in 0.1, 0.99: "share of contacts beyond scope of an account that walks";
    breadth = 10.0 in 2.0, 1e6: "foreign tenants, units or containers over the whole life";
    order = 10.0 in 3.0, 1e6: "steps of +1 or -1 between first contacts";
    stride = 13.0 in 3.0, 1e6: "steps of another stride, of which several are tried";
    hidden = 10.0 in 2.0, 1e6: "objects beyond scope that no screen lists";
    probing = 10.0 in 2.0, 1e6: "refused or non-existent IDs";
    depth = 20.0 in 2.0, 1e6: "objects in one foreign tenant";
    volume = 20.0 in 2.0, 1e6: "objects beyond scope over the whole life";
    batch = 10.0 in 2.0, 1e6: "objects beyond scope in one request";
    paging = 6.0 in 2.0, 1e6: "pages of foreign containers in one go, one behind the other";
    returned = 150.0 in 10.0, 1e9: "data subjects that pages beyond scope returned within a day";
    returned_in_all = 400.0 in 10.0, 1e9: "data subjects that pages beyond scope returned over the whole life";
    tenants = 5.0 in 2.0, 1e6: "foreign tenants whose lists were opened within a day";
    unshown = 12.0 in 2.0, 1e6: "objects beyond scope that no list had shown before";
    prefixes = 20.0 in 5.0, 1e6: "searched prefixes in alphabetical order";
    common = 0.1 in 0.00001, 0.5: "share of peers that may do as much before a signal says nothing";
    q = 0.01 in 0.0000001, 0.5: "false discoveries among accounts called enumeration (e-BH)";
    listed_minutes = 30.0 in 0.0, 100000.0: "minutes for which a list explains that its entries are asked for";
    colleague_days = 30.0 in 0.0, 10000.0: "days within which two colleagues' contacts explain one";
    colleagues = 2.0 in 1.0, 1000.0: "colleagues whose contacts explain one";
    joint = 10.0 in 3.0, 1e6: "neighbouring IDs that different accounts took";
}
