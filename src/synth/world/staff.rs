//! Draws those who work with the platform: teachers, principals, administrators, counsellors,
//! substitutes, integrations, a library computer, a tester.

use super::families::card;
use super::{Account, DAY, Form, Group, Item, Right, Role, Span, Stay, Tenant, Unit, UnitKind};
use crate::synth::rng::Draws;

/// Where staff is added to.
pub(super) struct Office<'w> {
    pub(super) tenants: &'w [Tenant],
    pub(super) units: &'w [Unit],
    pub(super) items: &'w mut Vec<Item>,
    pub(super) accounts: &'w mut Vec<Account>,
    /// The next person's number.
    pub(super) person: u32,
    pub(super) from: i64,
    pub(super) days: u32,
}

impl Office<'_> {
    /// Everybody, in a fixed order.
    pub(super) fn hire(&mut self, draws: &mut Draws) {
        for school in self.schools() {
            self.teachers(school, draws);
        }
        for tenant in 0..self.tenants.len() {
            self.administrators(tenant, draws);
        }
        self.substitutes(draws);
        self.machines(draws);
    }

    fn schools(&self) -> Vec<u32> {
        let is_school = |at: &usize| self.units[*at].kind == UnitKind::School;
        (0..self.units.len())
            .filter(is_school)
            .map(|at| at as u32)
            .collect()
    }

    fn teachers(&mut self, school: u32, draws: &mut Draws) {
        let classes: Vec<u32> = (school + 1..=self.units[school as usize].last).collect();
        for nth in 0..=(classes.len() as u64 * 6).div_ceil(5) {
            let mut taught: Vec<u32> = (0..2).filter_map(|_| draws.pick(&classes)).collect();
            taught.sort_unstable();
            taught.dedup();
            let places = std::iter::once(school).chain(taught);
            let stays = places
                .map(|unit| Stay {
                    unit,
                    span: Span::ALWAYS,
                })
                .collect();
            let role = if nth == 0 {
                Role::Principal
            } else {
                Role::Teacher
            };
            self.employ(
                role,
                stays,
                vec![right(school, None, role == Role::Principal)],
                draws,
            );
        }
    }

    fn administrators(&mut self, tenant: usize, draws: &mut Draws) {
        let root = self.tenants[tenant].root;
        let home = || {
            vec![Stay {
                unit: root,
                span: Span::ALWAYS,
            }]
        };
        for nth in 0..2 {
            let mut rights = vec![right(root, None, true)];
            // One in ten answers for the neighbour too.
            if nth == 1 && draws.chance(200) {
                let other = (tenant + 1) % self.tenants.len();
                rights.push(right(self.tenants[other].root, None, true));
            }
            self.employ(Role::Administrator, home(), rights, draws);
        }
        let form = Some(Form::Compulsory);
        self.employ(
            Role::Counsellor,
            home(),
            vec![right(root, form, false)],
            draws,
        );
    }

    /// A day at a school, then a day at another; a few tenants each.
    fn substitutes(&mut self, draws: &mut Draws) {
        let schools = self.schools();
        for _ in 0..(self.accounts.len() / 500).max(4) {
            let near = draws.index(schools.len());
            let mut rights: Vec<Right> = Vec::new();
            for day in (0..i64::from(self.days)).filter(|day| day % 7 < 5) {
                if !draws.chance(500) {
                    continue;
                }
                let school = schools[(near + draws.index(6)) % schools.len()];
                let dawn = self.from + day * DAY + 5 * 3600;
                let span = Span {
                    from: dawn,
                    until: dawn + 13 * 3600,
                };
                rights.push(Right {
                    span,
                    listed: Some(span),
                    ..right(school, None, false)
                });
            }
            if let Some(first) = rights.first() {
                let tenant = self.units[first.unit as usize].tenant;
                self.open(Role::Substitute, None, tenant, rights);
            }
        }
    }

    /// Accounts that are nobody in particular.
    fn machines(&mut self, draws: &mut Draws) {
        let count = self.tenants.len();
        for nth in 0..2 + count / 10 {
            // The first reads one tenant's cards, the others several tenants' books.
            let span = if nth == 0 {
                1
            } else {
                3 + draws.index(count / 4)
            };
            let first = draws.index(count);
            let served = (0..span).map(|at| self.tenants[(first + at) % count].root);
            let rights = served.map(|root| right(root, None, false)).collect();
            self.open(Role::Integration, None, first as u32, rights);
        }
        let schools = self.schools();
        for at in (0..schools.len()).step_by((schools.len() / 5).max(1)) {
            let tenant = self.units[schools[at] as usize].tenant;
            self.open(
                Role::Library,
                None,
                tenant,
                vec![right(schools[at], None, false)],
            );
        }
        let school = schools[draws.index(schools.len())];
        let tenant = self.units[school as usize].tenant;
        self.open(
            Role::Tester,
            None,
            tenant,
            vec![right(school + 1, None, false)],
        );
    }

    fn employ(&mut self, role: Role, stays: Vec<Stay>, rights: Vec<Right>, draws: &mut Draws) {
        let tenant = self.units[stays[0].unit as usize].tenant;
        let filled = draws.below(16) as u8;
        self.items
            .push(card(Group::Staff, self.person, stays, false, filled));
        self.open(role, Some(self.person), tenant, rights);
        self.person += 1;
    }

    fn open(&mut self, role: Role, subject: Option<u32>, tenant: u32, rights: Vec<Right>) {
        let name = String::new();
        self.accounts.push(Account {
            name,
            role,
            subject,
            tenant,
            rights,
            open: Span::ALWAYS,
        });
    }
}

fn right(unit: u32, form: Option<Form>, protected: bool) -> Right {
    Right {
        unit,
        form,
        protected,
        span: Span::ALWAYS,
        listed: Some(Span::ALWAYS),
    }
}
