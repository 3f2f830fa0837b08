package meta

// What follows is recollection: no source that is cited in the reference establishes it. It stands here
// and nowhere else, and the sandbox speaks it because we do.
const (
	// AccountsPath and AccountFields list the ad accounts of the person who signed in.
	AccountsPath  = "/me/adaccounts"
	AccountFields = "id,name,currency,timezone_name,account_status"
	// PermissionsPath, by DELETE, takes the app's permissions back.
	PermissionsPath = "/me/permissions"
	// PublishedPath lists the posts of a Page, and PublishedFields are what is compared of them.
	PublishedPath   = "/published_posts"
	PublishedFields = "id,message,created_time,permalink_url,attachments{media_type,unshimmed_url,target{id},subattachments{media_type,target{id}}}"
	// FacebookAlt and InstagramAlt are what describes an image to those who can't see it.
	FacebookAlt, InstagramAlt = "alt_text_custom", "alt_text"
	// MediaFields are what is compared of the media of an Instagram account. Its list takes since, too.
	MediaFields = "id,caption,permalink,timestamp,children{id}"
	// DuplicateCode is how a Page refuses what it has just posted.
	DuplicateCode = 506
	// DisabledSubcode stands beside code 200 when the ad account is one that Meta closed.
	DisabledSubcode = 1487390
	// AccountActive is the account_status of an account that may run ads; 2 and 3 are closed ones.
	AccountActive = 1
)

// closed are the values of account_status that stand for an account which Meta or its debts closed.
var closed = map[int]bool{2: true, 3: true, 7: true, 100: true, 101: true}
