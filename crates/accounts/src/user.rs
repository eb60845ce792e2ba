//! Whoever asks, once that is proven.

use colca_model::Project;

use crate::{Account, Scope};

/// Somebody whose name is proven, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// What they are called in logs and answers.
    pub name: String,
    scopes: Vec<Scope>,
}

impl User {
    /// The user of the deployment itself, chacra's only one, who may do everything. The caller has compared the key.
    #[must_use]
    pub fn owner(name: impl Into<String>) -> Self {
        Self { name: name.into(), scopes: vec![Scope::Admin] }
    }

    pub(crate) fn of(account: &Account) -> Self {
        Self { name: account.name.to_string(), scopes: account.scopes.clone() }
    }

    /// What they may do, as it is written.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Whether they may read what is not public: whoever has an account may.
    #[must_use]
    pub fn may_read(&self) -> bool {
        true
    }

    /// Whether they may upload to this project, and change what is in it.
    #[must_use]
    pub fn may_upload_to(&self, project: &Project) -> bool {
        self.scopes.iter().any(|scope| match scope {
            Scope::Read => false,
            Scope::Upload(projects) => projects.matches(project),
            Scope::Admin => true,
        })
    }

    /// Whether they may do everything, including changing accounts and settings.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.scopes.contains(&Scope::Admin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// May they read, upload to ceph, administrate?
    fn may(scopes: &[&str]) -> (bool, bool, bool) {
        let scopes = scopes.iter().map(|scope| scope.parse().expect("a good scope")).collect();
        let user = User { name: "ci".to_owned(), scopes };
        (user.may_read(), user.may_upload_to(&Project::new("ceph").expect("a good name")), user.is_admin())
    }

    #[test]
    fn a_user_may_do_what_the_scopes_say() {
        assert_eq!(may(&[]), (true, false, false));
        assert_eq!(may(&["read"]), (true, false, false));
        assert_eq!(may(&["upload:ceph-*", "upload:samba"]), (true, false, false));
        assert_eq!(may(&["read", "upload:samba", "upload:c*"]), (true, true, false));
        assert_eq!(may(&["admin"]), (true, true, true));
    }

    #[test]
    fn the_owner_may_do_everything() {
        let owner = User::owner("colca");
        let project = Project::new("ceph").expect("a good name");
        assert!(owner.may_read() && owner.may_upload_to(&project) && owner.is_admin());
    }
}
