console.log('post of the failed one');
