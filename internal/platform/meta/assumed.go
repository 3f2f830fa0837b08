package meta

// What follows is recollection: no source that is cited in the reference establishes it. It stands here
// and nowhere else, and the sandbox speaks it because we do.
const (
	// AccountsPath and AccountFields list the ad accounts of the person who signed in.
	AccountsPath  = "/me/adaccounts"
	AccountFields = "id,name,currency,timezone_name,account_status"
	// PermissionsPath, by DELETE, takes the app's permissions back.
	PermissionsPath = "/me/permissions"
	// AccountActive is the account_status of an account that may run ads; 2 and 3 are closed ones.
	AccountActive = 1
)

// closed are the values of account_status that stand for an account which Meta or its debts closed.
var closed = map[int]bool{2: true, 3: true, 7: true, 100: true, 101: true}
