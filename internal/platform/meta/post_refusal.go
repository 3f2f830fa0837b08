package meta

import "bellwether/internal/platform"

// blockedCode is how Meta refuses what it takes for abuse: it lasts, and every further try prolongs it.
const blockedCode = 368

// mediaClasses are the classes of Instagram's subcodes. All others of 2207000 to 2207999 say that the
// image or the caption won't do.
var mediaClasses = map[int]platform.Class{
	2207001: platform.ClassTransient, // a failure of Instagram's server
	2207003: platform.ClassTransient, // the download took too long
	2207008: platform.ClassTransient, // the container could not be published just now
	2207020: platform.ClassTransient, // the container has expired: a new one is wanted
	2207027: platform.ClassTransient, // the container is not ready
	2207032: platform.ClassTransient, // no container could be made
	2207053: platform.ClassTransient, // the upload failed
	2207006: platform.ClassNotFound,
	2207042: platform.ClassQuota,
	2207050: platform.ClassSuspended,
	2207051: platform.ClassBlocked,
}

// idle are the subcodes of passing failures which say that nothing was published.
var idle = map[int]bool{2207003: true, 2207020: true, 2207027: true}

// ofPosts are the class and code of a refusal, where they differ from those of ads.
func ofPosts(p problem, class platform.Class, code string) (platform.Class, string) {
	switch {
	case p.Code == blockedCode:
		return platform.ClassBlocked, code
	case p.Code == DuplicateCode:
		return platform.ClassInvalid, "duplicate"
	case p.Code == 341: // throttled, in the words of posts
		return platform.ClassRateLimited, code
	case p.Subcode/1000 == 2207:
		return mediaClass(p.Subcode), code
	case p.Code < 0:
		return platform.ClassTransient, code
	case p.Code == 324, p.Code == 1609005: // an image, or a link, that Meta can't read
		return platform.ClassInvalid, code
	}
	return class, code
}

func mediaClass(subcode int) platform.Class {
	if class, ok := mediaClasses[subcode]; ok {
		return class
	}
	return platform.ClassInvalid
}

// sure is the failure of a call that makes nothing visible: whatever became of it, nothing was published.
func sure(err error) error {
	if err == nil {
		return nil
	}
	e := *platform.AsError(err)
	e.Unsure = false
	return &e
}
